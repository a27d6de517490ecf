import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { alice } from '../demo/people.js';
import { Scene } from './scene.js';

/** Seconds: long enough for a call and short enough to wait for. */
const lifetime = 3;

describe('an expired token', () => {
  let scene: Scene;
  before(async () => {
    scene = await Scene.set({ accessTokenSeconds: lifetime });
    await scene.signIn('repositories');
  });
  after(() => scene.end());

  /** Only the clock indicates that a token has expired. */
  async function tokenEnds(): Promise<void> {
    const { events } = scene.world.authorizationServer;
    const issued = events.findLast(({ kind }) => kind === 'token' || kind === 'refresh');
    assert.ok(issued);
    while (Date.now() <= issued.at + lifetime * 1000) await delay(100);
  }

  it('is refreshed without a question', async () => {
    await tokenEnds();
    const { authorizationServer } = scene.world;
    const before = authorizationServer.eventsOf('refresh').length;
    await scene.prompt('list my branches');
    await scene.chat.waitForAnswer('Done: main');
    assert.ok(authorizationServer.eventsOf('refresh').length > before);
    assert.equal(authorizationServer.eventsOf('authorization').length, 1);
    assert.equal(authorizationServer.eventsOf('reuse').length, 0);
  });

  it('causes a question in the call after its refresh token was revoked, and the same call continues', async () => {
    scene.world.authorizationServer.revokeGrantOf(alice.sub);
    await tokenEnds();
    await scene.chat.startAnew();
    await scene.prompt('list my branches');
    assert.match(await scene.chat.consentCard.text(), /list_branches/);
    await scene.serversView.waitFor('repositories', 'Waiting for you');
    await scene.consent();
    await scene.chat.waitForAnswer('Done: main');
    assert.equal(scene.turn.filter(({ step }) => step.kind === 'toolCall').length, 1);
  });
});
