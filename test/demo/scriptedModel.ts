import type { IncomingMessage, ServerResponse } from 'node:http';
import { listenOnLoopback, readBody, sendJson } from './loopbackServer.js';
import { pathOf } from './requestLog.js';
import { lastToolResult, nextStep, type ChatMessage, type ScriptedStep } from './scriptedTurn.js';

/** A completion request and its response. */
export interface ModelRequest {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Names of the offered tools. */
  readonly tools: readonly string[];
  readonly lastToolResult: string | undefined;
  readonly step: ScriptedStep;
}

export interface ScriptedModel {
  /** Base address for an OpenAI-compatible client, ending in `/v1`. */
  readonly url: string;
  readonly requests: readonly ModelRequest[];
  close(): Promise<void>;
}

interface CompletionRequest {
  readonly messages?: readonly ChatMessage[];
  readonly tools?: readonly { readonly function?: { readonly name?: string } }[];
  readonly stream?: boolean;
}

export const scriptedModelId = 'scripted';

/**
 * Serves the chat completions API, streamed and whole, with a model that follows the rules of
 * `scriptedTurn.ts`.
 *
 * @param port 0 for any free port
 */
export async function startScriptedModel(port = 0): Promise<ScriptedModel> {
  const requests: ModelRequest[] = [];
  const server = await listenOnLoopback(port, () => async (request, response) => {
    const path = pathOf(request);
    if (path === '/v1/models' && request.method === 'GET') {
      sendJson(response, 200, {
        object: 'list',
        data: [{ id: scriptedModelId, object: 'model', owned_by: 'demo' }],
      });
    } else if (path === '/v1/chat/completions' && request.method === 'POST') {
      await complete(request, response, requests);
    } else
      sendJson(response, 404, { error: { message: `There is no ${path}.`, type: 'invalid_request_error' } });
  });
  return { url: `${server.origin}/v1`, requests, close: () => server.close() };
}

async function complete(
  request: IncomingMessage,
  response: ServerResponse,
  requests: ModelRequest[],
): Promise<void> {
  const {
    messages = [],
    tools = [],
    stream = false,
  } = JSON.parse(await readBody(request)) as CompletionRequest;
  const toolNames = tools.flatMap((tool) => tool.function?.name ?? []);
  const step = nextStep(messages, toolNames);
  requests.push({ at: Date.now(), tools: toolNames, lastToolResult: lastToolResult(messages), step });
  const about = {
    id: `completion-${requests.length}`,
    created: Math.floor(Date.now() / 1000),
    model: scriptedModelId,
  };
  const message = messageOf(step, `call-${requests.length}`);
  const finish_reason = step.kind === 'toolCall' ? 'tool_calls' : 'stop';
  const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
  if (!stream) {
    const choices = [{ index: 0, message, finish_reason }];
    sendJson(response, 200, { ...about, object: 'chat.completion', choices, usage });
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  const send = (choices: object[], more: object = {}) =>
    response.write(
      `data: ${JSON.stringify({ ...about, object: 'chat.completion.chunk', choices, ...more })}\n\n`,
    );
  send([{ index: 0, delta: message, finish_reason: null }]);
  send([{ index: 0, delta: {}, finish_reason }]);
  send([], { usage });
  response.end('data: [DONE]\n\n');
}

/**
 * Returns the assistant's message, which is also a stream's single delta. A delta needs an `index` on
 * calls.
 */
function messageOf(step: ScriptedStep, callId: string): object {
  if (step.kind === 'text') return { role: 'assistant', content: step.text };
  const call = { name: step.name, arguments: JSON.stringify(step.args) };
  return {
    role: 'assistant',
    content: null,
    tool_calls: [{ index: 0, id: callId, type: 'function', function: call }],
  };
}
