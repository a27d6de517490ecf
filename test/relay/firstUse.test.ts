import assert from 'node:assert/strict';
import { checkServer } from '../../src/broker/signIn/checkServer.js';
import type { UseHere } from '../../src/broker/tokens/useHere.js';
import type { HeadlessBroker } from '../../src/headless/headlessBroker.js';
import { Machine } from '../broker/machine.js';
import { startAgentScene } from './agentScene.js';
import { callTool, startRelayWorld, type RelayWorld } from './relayWorld.js';

const waiting = 'Waiting for your reply in VS Code';

describe('a sign-in made on one machine, in a window on another', () => {
  let stage: RelayWorld;
  let remote: Machine;
  let use: UseHere;
  let window: HeadlessBroker;
  beforeEach(async () => {
    stage = await startRelayWorld();
    await stage.signIn('repositories');
    // What the server has is known from there, too.
    const first = await stage.connect('repositories');
    await first.listTools();
    remote = new Machine('remote', stage.memory, stage.clock);
    use = remote.window();
    window = stage.openWindow(use);
    stage.world.repositories.http.requests.length = 0;
  });
  afterEach(() => stage.close());

  const sent = () => stage.world.repositories.http.requests.length;
  const says = (answer: 'useHere' | 'notHere' | undefined) => (remote.onAsk = () => Promise.resolve(answer));
  const status = () => window.states.statusOf(stage.server('repositories'));

  it('lists what is known and asks nothing before a call needs it', async () => {
    const client = await stage.connect('repositories', window);
    const { tools } = await client.listTools();
    assert.ok(tools.some(({ name }) => name === 'list_branches'));
    assert.deepEqual([remote.asked, sent()], [[], 0]);
    assert.equal((await status()).status, 'unknown');
  });

  it('is asked about by the first call, which waits and then runs; the next ones just run', async () => {
    const answer = Promise.withResolvers<'useHere'>();
    remote.onAsk = () => answer.promise;
    const client = await stage.connect('repositories', window);
    const call = callTool(client, 'list_branches');
    await remote.untilAsked(1);
    assert.equal(sent(), 0);
    answer.resolve('useHere');
    const { text, isError, progress } = await call;
    assert.deepEqual([text.split('\n').at(-1), isError, progress[0]], ['main', false, waiting]);
    assert.equal((await callTool(client, 'list_branches')).isError, false);
    assert.deepEqual(remote.asked, ['repositories as alice@example.org']);
    assert.deepEqual([stage.cards, (await status()).status], [[], 'ready']);
  });

  it('is not used there after the user declined: the model reads it, and no call asks again', async () => {
    says('notHere');
    const client = await stage.connect('repositories', window);
    for (let call = 0; call < 2; call++) {
      const { text, isError } = await callTool(client, 'list_branches');
      assert.equal(isError, true);
      assert.match(
        text,
        /^list_branches did not run: the user chose not to use the sign-in of alice@example\.org at repositories on this machine\./,
      );
    }
    assert.deepEqual([remote.asked.length, sent(), stage.cards], [1, 0, []]);
    const calls = await stage.recorded(2);
    assert.deepEqual(
      calls.map(({ outcome, reason }) => [outcome, reason]),
      [
        ['refused', 'declined'],
        ['refused', 'declined'],
      ],
    );
  });

  it('holds no call past its deadline, and a later answer counts for the next call', async () => {
    const answer = Promise.withResolvers<'useHere'>();
    remote.onAsk = () => answer.promise;
    const client = await stage.connect('repositories', window);
    const call = callTool(client, 'list_branches');
    await remote.untilAsked(1);
    stage.clock.advance(239_999);
    assert.equal(await Promise.race([call, Promise.resolve('waiting')]), 'waiting');
    stage.clock.advance(1);
    assert.match(
      (await call).text,
      /has not been used on this machine before, and the user has not replied yet/,
    );
    assert.equal(sent(), 0);
    answer.resolve('useHere');
    assert.equal((await callTool(client, 'list_branches')).isError, false);
    assert.equal(remote.asked.length, 1);
  });

  it('holds a call that came without a chat no longer than its caller listens', async () => {
    remote.onAsk = () => new Promise(() => undefined);
    const caller = await stage.rawCaller('repositories', window);
    await caller.initialize({});
    const call = { jsonrpc: '2.0', id: 7, method: 'tools/call' };
    const response = await caller.post({ ...call, params: { name: 'list_branches', arguments: {} } });
    await remote.untilAsked(1);
    stage.clock.advance(139_999);
    assert.ok(response.isOpen);
    stage.clock.advance(1);
    assert.match(await response.whole(), /the user has not replied yet/);
    assert.equal(sent(), 0);
  });

  it('lets a call that waits for the answer be cancelled', async () => {
    const client = await stage.connect('repositories', window);
    const abort = new AbortController();
    const call = callTool(client, 'list_branches', {}, abort.signal);
    await remote.untilAsked(1);
    abort.abort();
    await assert.rejects(call);
    assert.deepEqual(
      (await stage.recorded(1)).map(({ outcome }) => outcome),
      ['cancelled'],
    );
  });

  it('is asked about by a check, because the user is there to answer', async () => {
    const server = stage.server('repositories');
    const check = () =>
      checkServer(
        server,
        { authorizedFetch: window.authorizedFetch, states: window.states, clock: stage.clock },
        new AbortController().signal,
      );
    says(undefined);
    await check();
    assert.deepEqual([remote.asked.length, sent()], [1, 0]);
    says('useHere');
    await check();
    assert.deepEqual([remote.asked.length, sent()], [2, 1]);
    assert.equal((await status()).status, 'ready');
  });

  it('is asked about nothing where it was made in that window, whose tokens others are asked about', async () => {
    says('notHere');
    await callTool(await stage.connect('repositories', window), 'list_branches');
    await stage.signIn('repositories', {}, window);
    const { isError } = await callTool(await stage.connect('repositories', window), 'list_branches');
    assert.deepEqual([isError, remote.asked.length], [false, 1]);
  });
});

describe('an agent on a machine where its user’s sign-in was never used', () => {
  it('gets a refusal at once, and its call runs after the user has approved', async () => {
    const scene = await startAgentScene();
    try {
      const { stage } = scene;
      await stage.signIn('repositories');
      const remote = new Machine('remote', stage.memory, stage.clock);
      const answer = Promise.withResolvers<'useHere'>();
      remote.onAsk = () => answer.promise;
      const use = remote.window();
      scene.agents.dispose();
      const agents = scene.openWindow(stage.openWindow(use));
      const { key } = await scene.admit({ repositories: {} });
      await agents.port.look();
      const client = await scene.connect('repositories', key.expose());
      const { text, isError } = await callTool(client, 'list_branches');
      assert.equal(isError, true);
      assert.match(text, /^list_branches was not run: .*MCP OAuth Broker has asked the user/);
      assert.deepEqual(remote.asked, ['repositories as alice@example.org']);
      answer.resolve('useHere');
      assert.equal((await callTool(client, 'list_branches')).isError, false);
    } finally {
      await scene.stage.close();
    }
  });
});
