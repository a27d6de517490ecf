import { sendJson } from '../../demo/loopbackServer.js';
import { eventStream, textOf, type Content, type ModelDialect } from './modelTurn.js';

interface Part {
  readonly type: string;
  readonly text?: string;
  readonly content?: Content;
}

interface Message {
  readonly role: string;
  readonly content: string | readonly Part[];
}

interface Body {
  readonly messages?: readonly Message[];
  readonly tools?: readonly { readonly name: string }[];
  readonly stream?: boolean;
  readonly model?: string;
}

/** Anthropic's messages, which Claude Code uses. */
export const messages: ModelDialect = {
  path: /\/v1\/messages$/,
  read: (body) => {
    const { messages: said = [], tools = [] } = body as Body;
    const asked = said.findIndex(({ role }) => role === 'user');
    return {
      tools: tools.map(({ name }) => ({ name })),
      results: said.slice(asked + 1).flatMap(resultsOf),
      prompt: textOf(said[asked]?.content),
    };
  },
  write: (reply, id, body, response) => {
    const { stream = false, model = 'scripted' } = body as Body;
    const part =
      reply.kind === 'toolCall'
        ? { type: 'tool_use', id: `toolu_${id}`, name: reply.tool.name, input: reply.args }
        : { type: 'text', text: reply.text };
    const stop_reason = reply.kind === 'toolCall' ? 'tool_use' : 'end_turn';
    const usage = {
      input_tokens: 1,
      output_tokens: 1,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
    };
    const message = { id, type: 'message', role: 'assistant', model, stop_sequence: null, usage };
    if (!stream) {
      sendJson(response, 200, { ...message, content: [part], stop_reason });
      return;
    }
    const send = eventStream(response);
    const event = (type: string, more: object = {}) => send({ type, ...more }, type);
    const isCall = reply.kind === 'toolCall';
    event('message_start', { message: { ...message, content: [], stop_reason: null } });
    const begun = isCall ? { ...part, input: {} } : { ...part, text: '' };
    event('content_block_start', { index: 0, content_block: begun });
    const delta = isCall
      ? { type: 'input_json_delta', partial_json: JSON.stringify(reply.args) }
      : { type: 'text_delta', text: reply.text };
    event('content_block_delta', { index: 0, delta });
    event('content_block_stop', { index: 0 });
    event('message_delta', { delta: { stop_reason }, usage: { output_tokens: 1 } });
    event('message_stop');
    response.end();
  },
};

function resultsOf({ role, content }: Message): readonly string[] {
  if (role !== 'user' || typeof content === 'string') return [];
  return content.filter(({ type }) => type === 'tool_result').map((part) => textOf(part.content));
}
