import { sendJson } from '../../demo/loopbackServer.js';
import { eventStream, type ModelDialect } from './modelTurn.js';

interface Part {
  readonly text?: string;
  readonly functionResponse?: { readonly response?: unknown };
}

interface Turn {
  readonly role?: string;
  readonly parts?: readonly Part[];
}

interface Body {
  readonly contents?: readonly Turn[];
  readonly tools?: readonly { readonly functionDeclarations?: readonly { readonly name: string }[] }[];
}

/** Google's `generateContent`, which Gemini CLI uses. */
export const generateContent: ModelDialect = {
  path: /:(stream)?[gG]enerateContent$/,
  read: (body) => {
    const { contents = [], tools = [] } = body as Body;
    const prompts = contents.filter(({ role, parts }) => role === 'user' && parts?.some(({ text }) => text));
    return {
      tools: tools.flatMap(({ functionDeclarations = [] }) =>
        functionDeclarations.map(({ name }) => ({ name })),
      ),
      results: contents.flatMap(({ parts = [] }) =>
        parts.flatMap(({ functionResponse }) =>
          functionResponse === undefined ? [] : [JSON.stringify(functionResponse.response)],
        ),
      ),
      prompt: (prompts.at(-1)?.parts ?? []).map(({ text = '' }) => text).join(''),
    };
  },
  write: (reply, id, _body, response) => {
    const part =
      reply.kind === 'toolCall'
        ? { functionCall: { id, name: reply.tool.name, args: reply.args } }
        : { text: reply.text };
    const message = {
      responseId: id,
      modelVersion: 'scripted',
      candidates: [{ index: 0, finishReason: 'STOP', content: { role: 'model', parts: [part] } }],
      usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 },
    };
    if (response.req.url?.includes('stream') !== true) {
      sendJson(response, 200, message);
      return;
    }
    eventStream(response)(message);
    response.end();
  },
};
