import { mcpAuthRouter } from '@modelcontextprotocol/sdk/server/auth/router.js';
import { followRedirects } from '../../src/headless/directConsent.js';
import { InMemoryProvider } from './inMemoryProvider.js';
import type { InteropPeer } from './interopServer.js';
import { readScope, startProtectedServer, writeScope } from './protectedServer.js';

/** The MCP SDK's own endpoints over an in-memory provider without user interaction. */
export const sdkAuthRouter: InteropPeer = {
  name: 'MCP SDK auth router',
  without: {},
  reuse: 'refused',
  revocation: 'revoked',
  async start(accessTokenSeconds) {
    const provider = new InMemoryProvider(accessTokenSeconds);
    return startProtectedServer(followRedirects, (origin) => ({
      verifier: provider,
      routes: mcpAuthRouter({
        provider,
        issuerUrl: new URL(origin),
        resourceServerUrl: new URL('/mcp', origin),
        scopesSupported: [readScope, writeScope],
      }),
    }));
  },
};
