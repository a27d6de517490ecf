import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { listenOnLoopback, readBody } from '../demo/loopbackServer.js';
import type { RpcMessage } from './rawCaller.js';

/** An open MCP server whose answers to what is not `initialize` a test writes byte by byte. */
export interface ScriptedUpstream {
  readonly url: string;
  /** The messages it got, `initialize` and notifications left out. */
  readonly requests: readonly RpcMessage[];
  /** Everything it got, as it came. */
  readonly received: readonly { readonly headers: IncomingHttpHeaders; readonly body: string }[];
  answer: (message: RpcMessage, response: ServerResponse) => void;
  /** What a GET gets; by default that there is no such stream. */
  listen: (headers: IncomingHttpHeaders, response: ServerResponse) => void;
  readonly close: () => Promise<void>;
}

export async function scriptedUpstream(): Promise<ScriptedUpstream> {
  const requests: RpcMessage[] = [];
  const received: { headers: IncomingHttpHeaders; body: string }[] = [];
  const listening = await listenOnLoopback(0, () => async (request, response) => {
    if (request.method !== 'POST') {
      upstream.listen(request.headers, response);
      return;
    }
    const body = await readBody(request);
    received.push({ headers: request.headers, body });
    const message = JSON.parse(body) as RpcMessage;
    if (message.id === undefined) response.writeHead(202).end();
    else if (message.method === 'initialize') {
      const result = {
        protocolVersion: '2025-11-25',
        capabilities: { tools: {} },
        serverInfo: { name: 'scripted', version: '1' },
      };
      response.writeHead(200, { 'Content-Type': 'application/json', 'Mcp-Session-Id': 'upstream' });
      response.end(JSON.stringify({ jsonrpc: '2.0', id: message.id, result }));
    } else {
      requests.push(message);
      upstream.answer(message, response);
    }
  });
  const upstream: ScriptedUpstream = {
    url: `${listening.origin}/mcp`,
    requests,
    received,
    answer: (_message, response) => response.writeHead(500).end(),
    listen: (_headers, response) => response.writeHead(405).end(),
    close: () => listening.close(),
  };
  return upstream;
}
