import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import type { IncomingMessage, ServerResponse } from 'node:http';
import * as z from 'zod';
import type { DemoAuthorizationServer } from './authorizationServer.js';
import { BearerVerification, isRefusal } from './bearerVerification.js';
import { listenOnLoopback, readBody, sendJson } from './loopbackServer.js';
import { pathOf } from './requestLog.js';

const statelessScopes = { 'notes:read': 'Read your notes', 'notes:write': 'Write notes' } as const;

/** A protected MCP server that supports only the revision without sessions (MCP 2026-07-28). */
export interface StatelessServer {
  readonly url: string;
  /** The methods of requests with an accepted token, oldest first. */
  readonly methods: readonly string[];
  /** The number of open listeners. */
  readonly listening: number;
  /** Notifies listeners that the tools have changed. */
  announceTools(): void;
  /** Closes the listeners' connections. */
  cutListeners(): void;
  close(): Promise<void>;
}

const metadataPath = '/.well-known/oauth-protected-resource/mcp';

/** @param takesSubscriptions whether the server supports `subscriptions/listen` */
export async function startStatelessServer(
  authorizationServer: DemoAuthorizationServer,
  takesSubscriptions = true,
): Promise<StatelessServer> {
  const { issuer, jwksUri } = authorizationServer;
  const methods: string[] = [];
  const listeners = new Set<ServerResponse>();
  const handler = createMcpHandler(notes, { legacy: 'reject' });
  const http = await listenOnLoopback(0, (origin) => {
    const bearer = new BearerVerification({
      issuer,
      jwksUri,
      audience: `${origin}/mcp`,
      resourceMetadata: origin + metadataPath,
      scopesToAskFor: ['notes:read'],
    });
    return async (request, response) => {
      if (pathOf(request) === metadataPath) {
        sendJson(response, 200, { resource: `${origin}/mcp`, authorization_servers: [issuer] });
        return;
      }
      const body = await readBody(request);
      const message = JSON.parse(body) as Message;
      const verified = await bearer.verify(request.headers.authorization);
      const refusal = isRefusal(verified) ? verified : bearer.missingScopes(verified, scopesOf(message));
      if (refusal !== undefined) {
        response.setHeader('www-authenticate', refusal.challenge);
        sendJson(response, refusal.status, { error: 'unauthorized' });
        return;
      }
      methods.push(message.method ?? '');
      if (message.method === 'subscriptions/listen') {
        if (!takesSubscriptions) {
          sendJson(response, 404, {
            jsonrpc: '2.0',
            id: message.id,
            error: { code: -32601, message: 'Unknown' },
          });
          return;
        }
        listeners.add(response);
      }
      const gone = new AbortController();
      response.once('close', () => {
        listeners.delete(response);
        gone.abort();
      });
      const answer = await handler.fetch(asFetched(request, `${origin}/mcp`, body, gone.signal));
      response.writeHead(answer.status, Object.fromEntries(answer.headers));
      for await (const chunk of answer.body ?? []) response.write(chunk);
      response.end();
    };
  });
  const url = `${http.origin}/mcp`;
  authorizationServer.addResource({ url, scopes: statelessScopes });
  return {
    url,
    methods,
    get listening() {
      return listeners.size;
    },
    announceTools: () => handler.notify.toolsChanged(),
    cutListeners: () => {
      for (const response of listeners) response.destroy();
    },
    close: async () => {
      await handler.close();
      await http.close();
    },
  };
}

interface Message {
  readonly id?: unknown;
  readonly method?: string;
  readonly params?: { readonly name?: string };
}

function scopesOf({ method, params }: Message): string[] {
  return method === 'tools/call' && params?.name === 'write_note' ? ['notes:write'] : ['notes:read'];
}

function notes(): McpServer {
  const server = new McpServer({ name: 'notes', version: '1' });
  const inputSchema = z.object({ text: z.string() });
  server.registerTool('read_notes', { description: 'Reads' }, () => said('three notes'));
  server.registerTool('write_note', { description: 'Writes', inputSchema }, ({ text }) =>
    said(`wrote ${text}`),
  );
  return server;
}

function said(text: string) {
  return { content: [{ type: 'text' as const, text }] };
}

function asFetched(request: IncomingMessage, url: string, body: string, signal: AbortSignal): Request {
  const headers = Object.entries(request.headers).filter(
    ([name]) => !/^(connection|content-length)$/.test(name),
  );
  return new Request(url, { method: 'POST', headers: headers as [string, string][], body, signal });
}
