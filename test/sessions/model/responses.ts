import { sendJson } from '../../demo/loopbackServer.js';
import {
  eventStream,
  textOf,
  type Content,
  type ModelDialect,
  type ModelReply,
  type OfferedTool,
} from './modelTurn.js';

interface Item {
  readonly type?: string;
  readonly role?: string;
  readonly content?: Content;
  readonly output?: Content;
}

interface Tool {
  readonly type: string;
  readonly name?: string;
  readonly tools?: readonly Tool[];
}

interface Body {
  readonly input?: readonly Item[];
  readonly tools?: readonly Tool[];
  readonly stream?: boolean;
  readonly model?: string;
}

/** OpenAI's responses, which Codex uses. */
export const responses: ModelDialect = {
  path: /\/v1\/responses$/,
  read: (body) => {
    const { input = [], tools = [] } = body as Body;
    const asked = input.findLastIndex(({ role }) => role === 'user');
    return {
      tools: tools.flatMap(offered),
      results: input
        .slice(asked + 1)
        .flatMap(({ type = '', output }) => (type.endsWith('_output') ? [textOf(output)] : [])),
      prompt: textOf(input[asked]?.content),
    };
  },
  write: (reply, id, body, response) => {
    const { stream = false, model = 'scripted' } = body as Body;
    const item = itemOf(reply, id);
    const usage = {
      input_tokens: 1,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: 1,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 2,
    };
    const done = { id, object: 'response', created_at: 1, status: 'completed', model, output: [item], usage };
    if (!stream) {
      sendJson(response, 200, done);
      return;
    }
    const send = eventStream(response);
    let sequence_number = 0;
    const event = (type: string, more: object) =>
      send({ type, sequence_number: sequence_number++, ...more }, type);
    event('response.created', { response: { ...done, status: 'in_progress', output: [] } });
    event('response.output_item.added', { output_index: 0, item: { ...item, status: 'in_progress' } });
    event('response.output_item.done', { output_index: 0, item });
    event('response.completed', { response: done });
    response.end();
  },
};

function offered({ type, name, tools }: Tool): readonly OfferedTool[] {
  if (type === 'namespace' && name !== undefined)
    return (tools ?? []).flatMap(offered).map((tool) => ({ ...tool, group: name }));
  return name === undefined ? [] : [{ name }];
}

function itemOf(reply: ModelReply, id: string): object {
  const status = 'completed';
  if (reply.kind === 'text') {
    const content = [{ type: 'output_text', text: reply.text, annotations: [] }];
    return { type: 'message', id: `msg_${id}`, role: 'assistant', status, content };
  }
  const { name, group } = reply.tool;
  return {
    type: 'function_call',
    id: `fc_${id}`,
    call_id: `call_${id}`,
    name,
    ...(group !== undefined && { namespace: group }),
    arguments: JSON.stringify(reply.args),
    status,
  };
}
