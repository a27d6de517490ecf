import express, { type RequestHandler } from 'express';
import { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js';
import type { OAuthTokenVerifier } from '@modelcontextprotocol/sdk/server/auth/provider.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { VisitAuthorization } from '../../src/headless/directConsent.js';
import { listenOnLoopback } from '../demo/loopbackServer.js';
import type { InteropServer } from './interopServer.js';

export const readScope = 'notes:read';
export const writeScope = 'notes:write';

/** The authorization server at an origin, with its token verification. */
export interface BesideServer {
  readonly routes: RequestHandler;
  readonly verifier: OAuthTokenVerifier;
}

/** Starts a small SDK MCP server at `/mcp`, at the same origin as the authorization server. */
export async function startProtectedServer(
  visit: VisitAuthorization,
  authorizationServer: (origin: string) => BesideServer | Promise<BesideServer>,
): Promise<InteropServer> {
  const listening = await listenOnLoopback(0, async (own) => {
    const app = express();
    const { routes, verifier } = await authorizationServer(own);
    app.use(routes);
    const admit = (scope: string) =>
      requireBearerAuth({
        verifier,
        requiredScopes: [scope],
        resourceMetadataUrl: `${own}/.well-known/oauth-protected-resource/mcp`,
        expectedResource: new URL('/mcp', own),
      });
    const [reads, writes] = [admit(readScope), admit(writeScope)];
    app.post('/mcp', express.json(), (request, response, next) => {
      const { params } = request.body as { params?: { name?: string } };
      (params?.name === 'add_note' ? writes : reads)(request, response, next);
    });
    app.post('/mcp', async (request, response) => {
      const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true });
      await notesServer().connect(transport);
      await transport.handleRequest(request, response, request.body);
    });
    app.all('/mcp', reads, (_request, response) => void response.status(405).end());
    return (request, response) => {
      app(request, response);
      return Promise.resolve();
    };
  });
  return {
    url: `${listening.origin}/mcp`,
    readTool: 'list_notes',
    write: { tool: 'add_note', arguments: {}, scope: writeScope },
    visit,
    close: () => listening.close(),
  };
}

function notesServer(): McpServer {
  const server = new McpServer({ name: 'notes', version: '1.0.0' });
  const said = (text: string) => () => ({ content: [{ type: 'text' as const, text }] });
  server.registerTool('list_notes', { description: 'Lists the notes.' }, said('one note'));
  server.registerTool('add_note', { description: 'Adds a note.' }, said('added'));
  return server;
}
