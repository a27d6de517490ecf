import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { TokenAnswer } from './codeFlow.js';

/** Returns an SDK client connected with a token, which the caller must close. */
export async function connectMcp(url: string, { access_token }: TokenAnswer): Promise<Client> {
  const client = new Client({ name: 'demo-test', version: '1' });
  const requestInit = { headers: { authorization: `Bearer ${access_token}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }));
  return client;
}

/** Sends one JSON-RPC request without a session, like a client's first request. */
export function postMcp(url: string, token: string, method = 'initialize', params: object = {}) {
  return fetch(url, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
}
