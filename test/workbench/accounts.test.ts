import assert from 'node:assert/strict';
import { alice } from '../demo/people.js';
import { AccountsMenu } from './accountsMenu.js';
import { Scene } from './scene.js';

describe('the Accounts menu', () => {
  let scene: Scene;
  before(async () => {
    scene = await Scene.set();
  });
  after(() => scene.end());

  it('shows what tree and status bar show, and its Sign Out signs out there and at the authorization server', async () => {
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

  it('loses an account that signs out from the palette', async () => {
    const accounts = new AccountsMenu(scene.window);
    await scene.signIn('repositories');
    await scene.signOut('repositories');
    assert.deepEqual(
      (await accounts.labels()).filter((label) => label.includes(alice.email)),
      [],
    );
  });
});
