import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { startAgentScene, type AgentScene } from './agentScene.js';
import type { RawCaller } from './rawCaller.js';

describe('connections where agents call', () => {
  let scene: AgentScene;
  let caller: RawCaller;
  before(async () => {
    scene = await startAgentScene();
    caller = (await scene.admit({ repositories: {} })).raw('repositories');
    await caller.initialize({});
  });
  after(() => scene.stage.close());

  const status = async () => {
    const answer = await caller.call('ping');
    await answer.whole();
    return answer.status;
  };

  it('ten thousand connections that send nothing keep no other caller from its response', async () => {
    const { port } = scene.settings;
    const idle: Socket[] = [];
    let open = 0;
    for (let batch = 0; batch < 100; batch++) {
      await Promise.all(
        Array.from({ length: 100 }, async () => {
          const socket = connect(port, '127.0.0.1');
          socket.on('error', () => undefined);
          socket.once('close', () => open--);
          idle.push(socket);
          await once(socket, 'connect');
          open++;
        }),
      );
      if (batch % 10 === 0) assert.equal(await status(), 200);
    }
    assert.equal(await status(), 200);
    assert.ok(open <= 400, `${open} are open`);
    for (const socket of idle) socket.destroy();
  }).timeout(60_000);
});
