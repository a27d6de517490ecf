import { sendJson } from '../../demo/loopbackServer.js';
import { eventStream, textOf, type Content, type ModelDialect } from './modelTurn.js';

interface Message {
  readonly role: string;
  readonly content?: Content;
}

interface Body {
  readonly messages?: readonly Message[];
  readonly tools?: readonly { readonly function?: { readonly name?: string } }[];
  readonly stream?: boolean;
  readonly model?: string;
}

/** OpenAI's chat completions, which VS Code and Copilot CLI use. */
export const chatCompletions: ModelDialect = {
  path: /\/chat\/completions$/,
  read: (body) => {
    const { messages = [], tools = [] } = body as Body;
    const asked = messages.findLastIndex(({ role }) => role === 'user');
    return {
      tools: tools.flatMap(({ function: made }) => (made?.name === undefined ? [] : [{ name: made.name }])),
      results: messages
        .slice(asked + 1)
        .flatMap(({ role, content }) => (role === 'tool' ? [textOf(content)] : [])),
      prompt: textOf(messages[asked]?.content),
    };
  },
  write: (reply, id, body, response) => {
    const { stream = false, model = 'scripted' } = body as Body;
    const about = { id, created: Math.floor(Date.now() / 1000), model };
    const call = reply.kind === 'toolCall' && {
      index: 0,
      id: `call_${id}`,
      type: 'function',
      function: { name: reply.tool.name, arguments: JSON.stringify(reply.args) },
    };
    const message = call
      ? { role: 'assistant', content: null, tool_calls: [call] }
      : { role: 'assistant', content: reply.kind === 'text' ? reply.text : '' };
    const finish_reason = call ? 'tool_calls' : 'stop';
    const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
    if (!stream) {
      const choices = [{ index: 0, message, finish_reason }];
      sendJson(response, 200, { ...about, object: 'chat.completion', choices, usage });
      return;
    }
    const send = eventStream(response);
    const chunk = (choices: object[], more: object = {}) =>
      send({ ...about, object: 'chat.completion.chunk', choices, ...more });
    chunk([{ index: 0, delta: message, finish_reason: null }]);
    chunk([{ index: 0, delta: {}, finish_reason }]);
    chunk([], { usage });
    send('[DONE]');
    response.end();
  },
};
