import assert from 'node:assert/strict';
import type { Workbench } from '../host/workbench.js';
import { canTellListeners, extensionHosts, listenersOf } from './listeners.js';
import { Scene } from './scene.js';
import { ServersView } from './serversView.js';

describe('opening a window with configured servers', () => {
  let scene: Scene;
  let window: Workbench | undefined;
  before(async () => {
    scene = await Scene.set();
  });
  after(async () => {
    await window?.page.close();
    await scene.end();
  });

  it('only registers them: nothing listens, and no server receives a request, until a user begins something', async function () {
    if (!canTellListeners) {
      console.log('      which process listens is read from /proc, which this platform has not');
      this.skip();
    }
    const { editor, world } = scene;
    const earlier = await extensionHosts(editor.serverPid);
    window = await editor.openWindow();
    // The extension is active, because it draws its tree.
    await new ServersView(window).waitFor('repositories', 'Not checked yet');

    const later = await extensionHosts(editor.serverPid);
    const [host, ...others] = [...later].filter((pid) => !earlier.has(pid));
    assert.ok(host !== undefined && others.length === 0, 'one window, one extension host');
    assert.deepEqual(await listenersOf(host), []);
    for (const { requests } of [world.authorizationServer, world.repositories.http, world.reports.http]) {
      assert.deepEqual(requests, []);
    }

    // A user's action does open a listener on loopback, so the check above would have found one.
    const page = await scene.beginSignIn('repositories', window);
    const listeners = await listenersOf(host);
    assert.equal(listeners.length, 1);
    assert.match(listeners[0] ?? '', /^127\.0\.0\.1:\d+$/);
    await page.close();
    await window.page.bringToFront();
    await window.clickNotification('Signing in to repositories', 'Cancel');
  });
});
