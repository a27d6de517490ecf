import assert from 'node:assert/strict';
import { alice, bob } from '../demo/people.js';
import { AccountsMenu } from './accountsMenu.js';
import { answer } from './userInBrowser.js';
import { Scene } from './scene.js';

describe('the Accounts menu', () => {
  let scene: Scene;
  before(async () => {
    scene = await Scene.set();
  });
  after(() => scene.end());

  it('shows the account of the tree and the status bar, and signs out there and at the authorization server', async () => {
    const { window, serversView, world } = scene;
    const accounts = new AccountsMenu(window);
    const account = `${alice.email} – repositories`;
    const shown = async () => (await accounts.labels()).some((label) => label.startsWith(account));

    assert.equal(await shown(), false);
    await scene.signIn('repositories');
    await window.statusItem(alice.email).waitFor();
    assert.equal(await shown(), true);

    const before = world.authorizationServer.eventsOf('revoked').length;
    await accounts.signOut(account);
    await serversView.waitFor('repositories', 'Signed out');
    await window.statusItem(alice.email).waitFor({ state: 'detached' });
    await window.notification('Signed out of repositories').waitFor();
    assert.equal(await shown(), false);
    assert.ok(world.authorizationServer.eventsOf('revoked').length > before);
  });

  it('removes an account that signs out from the palette', async () => {
    const accounts = new AccountsMenu(scene.window);
    await scene.signIn('repositories');
    await scene.signOut('repositories');
    assert.deepEqual(
      (await accounts.labels()).filter((label) => label.includes(alice.email)),
      [],
    );
  });

  it('lists two accounts of a server, and a switch takes effect at the next call', async () => {
    const { window, serversView, chat } = scene;
    const accounts = new AccountsMenu(window);
    const listed = async () =>
      (await accounts.labels())
        .filter((label) => label.includes('– repositories'))
        .map((label) => label.replace(' (MCP OAuth)', ''))
        .toSorted();
    await scene.signIn('repositories');
    const page = await window.pageOpenedBy(async () => {
      await window.runCommand('MCP OAuth: Switch Account…');
      await window.pick('Sign in as another account…');
    });
    await answer(page, window, 'Allow', bob);
    await serversView.waitFor('repositories', bob.email);
    assert.deepEqual(await listed(), [`${alice.email} – repositories`, `${bob.email} – repositories`]);

    for (const { email, sub } of [bob, alice]) {
      if (sub === alice.sub) {
        await window.runCommand('MCP OAuth: Switch Account…');
        await window.pick(alice.email);
        await serversView.waitFor('repositories', alice.email);
        await chat.startAnew();
      }
      await scene.prompt('list my branches');
      await chat.unfoldSteps();
      await chat.waitForAnswer(`list_branches as ${email}`);
    }

    await window.runCommand('MCP OAuth: Remove Account…');
    await window.pick(bob.email);
    await window.notification('Signed out of repositories').waitFor();
    assert.deepEqual(await listed(), [`${alice.email} – repositories`]);
    await serversView.waitFor('repositories', alice.email);
    await scene.signOut('repositories');
  });
});
