import assert from 'node:assert/strict';
import { freePort } from '../relay/agentScene.js';
import { Scene } from './scene.js';
import { SituationStage } from './situationStage.js';
import { situations } from './situations.js';

/** Seconds: long enough for a call, short enough to be waited for. */
const lifetime = 4;
const server = 'repositories';

/** A story in order: each situation begins where the one before it ended. */
describe('every surface says of a server what the next call then meets', () => {
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
  after(() => stage.close());

  for (const situation of situations) {
    it(situation.name, async () => {
      await stage.main();
      const revealed = await situation.comesAbout(stage);
      await stage.say(situation, revealed);

      const { status, onceStarted = status } = situation;
      const main = await stage.main();
      const told = await main.statusTool();
      assert.match(told, new RegExp(`^${stage.server}: ${onceStarted} \\(`));
      assert.match(told, situation.tool);
      await stage.say({ ...situation, status: onceStarted });

      const { prompt, meets, says } = situation.next;
      const met = await main.call(prompt);
      assert.equal(met.kind, meets, met.text);
      assert.match(met.text, says);
      await situation.afterwards?.(stage);
    });
  }
});
