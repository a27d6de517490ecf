import assert from 'node:assert/strict';
import { alice } from '../demo/people.js';
import type { Workbench } from '../host/workbench.js';
import { answer } from './userInBrowser.js';
import { Scene } from './scene.js';
import { ServersView } from './serversView.js';

describe('two windows of one browser profile', () => {
  let scene: Scene;
  let other: Workbench | undefined;
  before(async () => {
    scene = await Scene.set();
  });
  after(async () => {
    await other?.page.close();
    await scene.end();
  });

  it('both receive the callback of a sign-in in one, which completes it there, and both work', async () => {
    const { editor, window, world } = scene;
    other = await editor.openWindow();
    await new ServersView(other).waitFor('repositories', 'Not checked yet');

    await window.page.bringToFront();
    await scene.signIn('repositories');
    assert.equal(world.authorizationServer.eventsOf('token').length, 1);

    await other.page.bringToFront();
    await listsBranches(other);
    await other.statusItem(alice.email).waitFor();

    await window.page.bringToFront();
    await listsBranches(window);
    await window.statusItem(alice.email).waitFor();
    assert.deepEqual(world.authorizationServer.eventsOf('reuse'), []);
    assert.deepEqual(world.authorizationServer.eventsOf('tokenRefused'), []);
  });
});

/** A browser window may not see what another one stored after it opened. It then asks separately. */
async function listsBranches(window: Workbench): Promise<void> {
  const { chat } = window;
  await window.seeMcpServers(['repositories']);
  await chat.startAnew();
  await chat.submit('list my branches');
  const answered = chat.waitForAnswer('Done: main');
  const asked = chat.consentCard.text();
  // Only one of the two events occurs, so the other promise rejects.
  for (const waiting of [answered, asked]) waiting.catch(() => undefined);
  const asks = await Promise.race([answered.then(() => false), asked.then(() => true)]);
  if (asks) await answer(await window.pageOpenedBy(() => chat.consentCard.open()), window);
  await chat.waitForAnswer('Done: main');
}
