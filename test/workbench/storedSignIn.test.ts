import assert from 'node:assert/strict';
import { alice } from '../demo/people.js';
import { Scene } from './scene.js';

describe('a stored sign-in', () => {
  let scene: Scene;
  before(async () => {
    scene = await Scene.set();
    await scene.signIn('repositories');
  });
  after(() => scene.end());

  /** No card appears: the turn ends without a question. */
  async function listsBranches(): Promise<void> {
    await scene.window.seeMcpServers(['repositories']);
    await scene.chat.startAnew();
    await scene.prompt('list my branches');
    await scene.chat.waitForAnswer('Done: main');
    assert.equal(scene.turn.at(-1)?.lastToolResult, 'main');
    assert.equal(scene.world.authorizationServer.eventsOf('authorization').length, 1);
  }

  it('persists after a reload of the window', async () => {
    await scene.window.reload();
    await scene.window.statusItem(alice.email).waitFor();
    await listsBranches();
  });

  it('persists after a restart of the editor', async () => {
    await scene.editor.restart();
    await scene.window.statusItem(alice.email).waitFor();
    await listsBranches();
  });
});
