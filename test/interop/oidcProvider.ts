import { alice } from '../demo/people.js';
import { UserBrowser, signInAsUser } from '../demo/user.js';
import { startWorld } from '../demo/world.js';
import type { InteropPeer } from './interopServer.js';

/** The certified provider: login and consent pages, rotation with reuse detection, JWT access tokens. */
export const oidcProvider: InteropPeer = {
  name: 'oidc-provider',
  without: {},
  reuse: 'refused',
  revocation: 'revoked',
  async start(accessTokenSeconds) {
    const world = await startWorld({ accessTokenSeconds });
    return {
      url: world.repositories.url,
      readTool: 'list_branches',
      write: { tool: 'create_branch', arguments: { name: 'interop' }, scope: 'repo:write' },
      visit: visitAsAlice(),
      close: () => world.close(),
    };
  },
};

/** Acts as Alice at her browser: signs in, allows, and follows the redirect to the callback. */
export function visitAsAlice() {
  const browser = new UserBrowser();
  return async (address: URL, signal: AbortSignal): Promise<void> => {
    const { email, password } = alice;
    const answer = await signInAsUser(address, { email, password, consent: 'allow', browser });
    await (await fetch(answer, { signal })).text();
  };
}
