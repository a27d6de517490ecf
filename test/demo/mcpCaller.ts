import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { TokenAnswer } from './codeFlow.js';

/** A client of the SDK's, connected with a token; it is the caller's to close. */
export async function connectMcp(url: string, { access_token }: TokenAnswer): Promise<Client> {
  const client = new Client({ name: 'demo-test', version: '1' });
  const requestInit = { headers: { authorization: `Bearer ${access_token}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }));
  return client;
}

/** One JSON-RPC request without a session, as a client's first is. */
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
