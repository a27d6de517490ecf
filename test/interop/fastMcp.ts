import type { InteropPeer } from './interopServer.js';
import { startWorld } from '../demo/world.js';
import { listenOnLoopback } from '../demo/loopbackServer.js';
import { visitAsAlice } from './oidcProvider.js';
import { registerUpstreamClient, type RegisteredClient } from './upstreamClient.js';

/** FastMCP's OAuth proxy: a client of `oidc-provider` that issues its own tokens. */
export const fastMcp: InteropPeer = {
  name: 'fastmcp OAuth proxy',
  without: { 'step up': 'it hides tools that a token does not allow, and challenges none' },
  reuse: 'refused',
  revocation: 'notOffered',
  async start(accessTokenSeconds) {
    const world = await startWorld({ accessTokenSeconds });
    try {
      const port = await freePort();
      const origin = `http://127.0.0.1:${port}`;
      const { issuer } = world.authorizationServer;
      const stop = await startFastMcp(origin, port, issuer, await registerUpstreamClient(issuer, origin));
      return {
        url: `${origin}/mcp`,
        readTool: 'list_notes',
        visit: visitAsAlice(),
        close: async () => {
          await stop();
          await world.close();
        },
      };
    } catch (error) {
      await world.close();
      throw error;
    }
  },
};

async function startFastMcp(
  baseUrl: string,
  port: number,
  issuer: string,
  upstream: RegisteredClient,
): Promise<() => Promise<void>> {
  const { FastMCP } = await import('fastmcp');
  const { OAuthProvider } = await import('fastmcp/auth');
  const auth = new OAuthProvider({
    baseUrl,
    authorizationEndpoint: `${issuer}/auth`,
    tokenEndpoint: `${issuer}/token`,
    clientId: upstream.client_id,
    clientSecret: upstream.client_secret,
    scopes: ['openid'],
    consentRequired: false,
  });
  const server = new FastMCP({ name: 'notes', version: '1.0.0', auth, logger: silent });
  server.addTool({
    name: 'list_notes',
    description: 'Lists the notes.',
    execute: () => Promise.resolve('one note'),
  });
  await server.start({
    transportType: 'httpStream',
    httpStream: { host: '127.0.0.1', port, stateless: true },
  });
  return async () => {
    await server.stop();
    auth.getProxy().destroy();
  };
}

/** It logs every request. */
const silent = { debug: drop, error: console.error, info: drop, log: drop, warn: console.warn };

function drop(): void {
  // The output is not needed.
}

/** FastMCP's configuration contains its own address before it listens. */
async function freePort(): Promise<number> {
  const server = await listenOnLoopback(0, () => () => Promise.resolve());
  await server.close();
  return server.port;
}
