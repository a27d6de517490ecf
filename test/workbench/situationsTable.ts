import assert from 'node:assert/strict';
import { freePort } from '../relay/agentScene.js';
import { Scene } from './scene.js';
import { SituationStage } from './situationStage.js';
import { situations } from './situations.js';

/** Seconds: long enough for a call and short enough to wait for. */
const lifetime = 4;
const server = 'repositories';

/** The tests run in order: each situation starts where the previous one ended. */
describe('every surface shows what the next call of a server needs', () => {
  let stage: SituationStage;
  before(async () => {
    const scene = await Scene.set({
      accessTokenSeconds: lifetime,
      servers: ({ repositories: { url } }) => ({ [server]: { type: 'http', url } }),
    });
    const agentsPort = await freePort();
    await scene.editor.configure(await scene.editor.configured(), {
      'mcpOAuthBroker.agents.port': agentsPort,
    });
    stage = new SituationStage(scene, server, { lifetime: lifetime * 1000, agentsPort });
  });
  after(async () => {
    const measured = stage.lateness.map(({ status, late }) => `${status} ${late}`);
    console.log(`    Milliseconds after the revealing answer: ${measured.join(', ')}`);
    await stage.close();
  });

  let isBroken = false;
  beforeEach(function () {
    if (isBroken) this.skip();
  });
  afterEach(function () {
    isBroken ||= this.currentTest?.state === 'failed';
  });

  for (const situation of situations) {
    it(situation.name, async () => {
      await stage.main();
      const revealed = await situation.comesAbout(stage);
      await stage.say(situation, revealed);

      const main = await stage.main();
      const { status, onceStarted = status, next } = situation;
      if (onceStarted !== status) {
        // Any prompt starts the server, which makes it known.
        const started = await stage.revealedBy(401, () => main.statusTool());
        await stage.say({ status: onceStarted }, started);
      }
      const { told, met } = await main.statusThen(next.prompt);
      assert.match(told, new RegExp(`^${stage.server}: ${onceStarted} \\(`));
      assert.match(told, situation.tool);
      assert.equal(met.kind, next.meets, met.text);
      assert.match(met.text, next.says);
      await situation.afterwards?.(stage);
    });
  }
});
