import assert from 'node:assert/strict';
import { alice } from '../demo/people.js';
import { Scene } from './scene.js';

describe('a sign-in, stored', () => {
  let scene: Scene;
  before(async () => {
    scene = await Scene.set();
    await scene.signIn('repositories');
  });
  after(() => scene.end());

  /** Without a card: the turn ends by itself. */
  async function listsBranches(): Promise<void> {
    await scene.window.seeMcpServers(['repositories']);
    await scene.chat.startAnew();
    await scene.prompt('list my branches');
    await scene.chat.waitForAnswer('Done: main');
    assert.equal(scene.turn.at(-1)?.lastToolResult, 'main');
    assert.equal(scene.world.authorizationServer.eventsOf('authorization').length, 1);
  }

  it('outlives a reload of the window', async () => {
    await scene.window.reload();
    await scene.window.statusItem(alice.email).waitFor();
    await listsBranches();
  });

  it('outlives a restart of the editor', async () => {
    await scene.editor.restart();
    await scene.window.statusItem(alice.email).waitFor();
    await listsBranches();
  });
});
