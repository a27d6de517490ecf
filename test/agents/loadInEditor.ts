import assert from 'node:assert/strict';
import { AgentsInEditor } from './agentsInEditor.js';
import { callWhile, lineOf, type Caller } from './callers.js';
import { refreshesSince } from './refreshes.js';

const accessTokenSeconds = 20;
const seconds = Number(process.env['SECONDS_OF_LOAD'] ?? 300);

describe(`Copilot Chat and three agents that call at once for ${seconds} s, a token living ${accessTokenSeconds} s`, () => {
  let agents: AgentsInEditor;
  before(async () => {
    agents = await AgentsInEditor.start(accessTokenSeconds);
  });
  after(() => (agents as AgentsInEditor | undefined)?.end());

  it('have every call right, and one refresh an expiry', async () => {
    const { chat, world } = agents.scene;
    const copilot: Caller = {
      name: 'Copilot Chat',
      call: async () => {
        await chat.startAnew();
        await agents.scene.prompt('list my branches');
        return chat.waitForAnswer('Done: main');
      },
    };
    const since = Date.now();
    const isOn = () => Date.now() < since + seconds * 1000;
    const tallies = await Promise.all([copilot, ...agents.callers].map((caller) => callWhile(caller, isOn)));
    for (const tally of tallies) console.log(`      ${lineOf(tally)}`);
    const { authorizationServer } = world;
    const { count, needless, reuses } = refreshesSince(authorizationServer, since, accessTokenSeconds);
    console.log(`      ${count} refreshes, ${needless} of them needless; ${reuses} reuse events`);
    for (const { name, right, wrong } of tallies) {
      assert.ok(right > 0, name);
      assert.deepEqual(wrong, [], name);
    }
    // Tokens are renewed at four fifths of their lifetime, so the number may differ by one at either end.
    assert.ok(count >= Math.floor(seconds / accessTokenSeconds), `${count} refreshes`);
    assert.deepEqual([needless, reuses], [0, 0]);
  }).timeout((seconds + 120) * 1000);
});
