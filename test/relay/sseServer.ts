import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
// Deprecated as the transport is, which is what this server is for.
/* eslint-disable @typescript-eslint/no-deprecated */
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import * as z from 'zod';
import type { DemoAuthorizationServer } from '../demo/authorizationServer.js';
import { BearerVerification, isRefusal } from '../demo/bearerVerification.js';
import { listenOnLoopback, sendJson } from '../demo/loopbackServer.js';

/** An OAuth-protected MCP server on the HTTP+SSE transport, by the SDK. */
export interface SseServer {
  readonly url: string;
  /** Sessions that were opened and have not been closed. */
  readonly openSessions: number;
  /** Calls of the tool, by the subject of their token. */
  readonly calls: readonly string[];
  /** Ends every stream, as a server does that restarts. */
  dropStreams(): Promise<void>;
  /** Resolves when no session is open. */
  whenAllLeft(): Promise<void>;
  close(): Promise<void>;
}

export async function startSseServer(authorizationServer: DemoAuthorizationServer): Promise<SseServer> {
  const { issuer, jwksUri } = authorizationServer;
  const sessions = new Map<string, SSEServerTransport>();
  const calls: string[] = [];
  const scopes = { 'notes:read': 'Read your notes' };
  const listening = await listenOnLoopback(0, (origin) => {
    const metadata = `${origin}/.well-known/oauth-protected-resource/sse`;
    const bearer = new BearerVerification({
      issuer,
      jwksUri,
      audience: `${origin}/sse`,
      resourceMetadata: metadata,
      scopesToAskFor: Object.keys(scopes),
    });
    return async (request, response) => {
      const url = new URL(request.url ?? '/', origin);
      if (url.href === metadata) {
        sendJson(response, 200, { resource: `${origin}/sse`, authorization_servers: [issuer] });
        return;
      }
      // As servers do whose routes stand before their guards.
      if (request.method !== (url.pathname === '/sse' ? 'GET' : 'POST')) {
        sendJson(response, 405, { error: 'method not allowed' });
        return;
      }
      const caller = await bearer.verify(request.headers.authorization);
      if (isRefusal(caller)) {
        response.setHeader('www-authenticate', caller.challenge);
        sendJson(response, caller.status, { error: 'unauthorized' });
      } else if (url.pathname === '/sse') {
        const transport = new SSEServerTransport('/messages', response);
        sessions.set(transport.sessionId, transport);
        response.once('close', () => sessions.delete(transport.sessionId));
        await notesServer(() => calls.push(caller.sub)).connect(transport);
      } else if (url.pathname === '/messages') {
        const transport = sessions.get(url.searchParams.get('sessionId') ?? '');
        if (transport === undefined) sendJson(response, 404, { error: 'no such session' });
        else await transport.handlePostMessage(request, response);
      } else sendJson(response, 404, { error: 'not found' });
    };
  });
  authorizationServer.addResource({ url: `${listening.origin}/sse`, scopes });
  const dropStreams = async () => {
    for (const transport of [...sessions.values()]) await transport.close();
  };
  return {
    url: `${listening.origin}/sse`,
    get openSessions() {
      return sessions.size;
    },
    calls,
    dropStreams,
    whenAllLeft: async () => {
      while (sessions.size > 0) await new Promise((resolve) => setImmediate(resolve));
    },
    close: async () => {
      await dropStreams();
      await listening.close();
    },
  };
}

function notesServer(onCall: () => void): McpServer {
  const server = new McpServer({ name: 'notes', version: '1' });
  server.registerTool('read_note', { inputSchema: { name: z.string() } }, async ({ name }, extra) => {
    onCall();
    // Runs until the server restarts.
    if (name === 'slow') await new Promise((resolve) => extra.signal.addEventListener('abort', resolve));
    const progressToken = extra._meta?.progressToken;
    if (progressToken !== undefined) {
      const params = { progressToken, progress: 1, message: `Opening ${name}` };
      await extra.sendNotification({ method: 'notifications/progress', params });
    }
    return { content: [{ type: 'text', text: `note ${name}` }] };
  });
  return server;
}
