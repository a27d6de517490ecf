import assert from 'node:assert/strict';
import { alice } from '../demo/people.js';
import { answer, reachConsent } from './userInBrowser.js';
import { Scene } from './scene.js';

describe('the notification of a sign-in in progress', () => {
  let scene: Scene;
  before(async () => {
    scene = await Scene.set();
  });
  after(() => scene.end());

  it('cancels it, and another sign-in works while the page of the cancelled one changes nothing', async () => {
    const { window, serversView, world } = scene;
    const late = await scene.beginSignIn('repositories');
    await reachConsent(late);
    await window.page.bringToFront();
    await serversView.waitFor('repositories', 'Waiting for you');
    await window.clickNotification('Signing in to repositories', 'Cancel');
    await window.notification('Signing in to repositories').waitFor({ state: 'detached' });
    await serversView.waitFor('repositories', 'Not checked yet');

    const page = await scene.beginSignIn('repositories');
    await answer(page, window);
    await serversView.waitFor('repositories', alice.email);
    const tokens = world.authorizationServer.eventsOf('token').length;

    await late.bringToFront();
    // The client that was registered for the cancelled sign-in is deleted, so no callback follows.
    await late.getByRole('button', { name: 'Allow' }).click();
    await late.getByText('invalid_client').waitFor();
    await late.close();
    await window.page.bringToFront();
    await serversView.waitFor('repositories', alice.email);
    await scene.prompt('list my branches');
    await scene.chat.waitForAnswer('Done: main');
    assert.equal(world.authorizationServer.eventsOf('token').length, tokens);
  });
});
