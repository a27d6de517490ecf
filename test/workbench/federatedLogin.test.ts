import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { accountAt } from '../demo/federation/providerAccounts.js';
import type { ProviderId } from '../demo/federation/upstreamLogin.js';
import { alice, bob, type DemoUser } from '../demo/people.js';
import { signIn } from '../host/signInPages.js';
import { answer } from './userInBrowser.js';
import { Scene } from './scene.js';

describe('an authorization server that redirects users to their identity providers', () => {
  let scene: Scene;
  before(async () => {
    scene = await Scene.set({
      federatedLogins: true,
      servers: ({ repositories }) => ({ repositories: { type: 'http', url: repositories.url } }),
    });
  });
  after(() => scene.end());

  it('signs in through an OpenID provider that responds with form_post', () =>
    signInThrough('example-id', 'Example ID (OIDC)', bob));

  it('signs in through a SAML identity provider', async () => {
    await scene.signOut('repositories');
    await scene.editor.browser.context.clearCookies({ domain: '127.0.0.1', name: /^demo_authorization_/ });
    await scene.chat.startAnew();
    await signInThrough('example-corp', 'Example Corp (SAML)', alice);
  });

  /**
   * Signs in from the palette and calls a tool, as a user whose password the authorization server never
   * requests.
   */
  async function signInThrough(provider: ProviderId, label: string, user: DemoUser): Promise<void> {
    const { world, window, serversView, chat } = scene;
    const sites = new Set<string>();
    const page = await scene.beginSignIn('repositories');
    page.on('framenavigated', (frame) => sites.add(new URL(frame.url()).hostname));
    await page.getByRole('button', { name: `Sign in with ${label}` }).click();
    await seeProvider(page, provider);
    await signIn(page, accountAt(provider, user));
    await page.getByRole('button', { name: 'Allow' }).waitFor();
    await answer(page, window);
    assert.deepEqual([...sites].toSorted(), ['127.0.0.1', 'localhost']);

    await serversView.waitFor('repositories', user.email);
    await scene.prompt('list my branches');
    await chat.waitForAnswer('Done: main');
    await chat.unfoldSteps();
    await chat.waitForAnswer(`list_branches as ${user.email}`);
    const { authorizationServer, repositories } = world;
    assert.equal(authorizationServer.eventsOf('federatedLogin').at(-1)?.sub, user.sub);
    assert.equal(authorizationServer.eventsOf('token').at(-1)?.sub, user.sub);
    assert.equal(
      repositories.http.requests.findLast(({ rpcMethod }) => rpcMethod === 'tools/call')?.sub,
      user.sub,
    );
  }
});

/** The provider's own page, on another site than the authorization server's. */
async function seeProvider(page: Page, provider: ProviderId): Promise<void> {
  const name = provider === 'example-id' ? 'Example ID' : 'Example Corp';
  await page.getByRole('heading', { name, exact: true }).waitFor();
}
