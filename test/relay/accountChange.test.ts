import assert from 'node:assert/strict';
import { decodeJwt } from 'jose';
import { accountKeyOf } from '../../src/broker/accounts/credential.js';
import type { Fetch } from '../../src/oauth/httpContext.js';
import { bob } from '../demo/people.js';
import { UserBrowser } from '../demo/user.js';
import { RawCaller } from './rawCaller.js';
import { scriptedUpstream } from './scriptedUpstream.js';
import { callTool, startRelayWorld, type RelayWorld } from './relayWorld.js';

describe('a session at the upstream', () => {
  let stage: RelayWorld;
  /** Who spoke in each session at the upstream. */
  let people: Map<string, Set<string>>;
  /** Streams that are open at the upstream. */
  let streams: Map<string, AbortSignal>;
  /** Done when the next tool call has come, which is then refused with 401. */
  let duringCall: (() => Promise<void>) | undefined;
  const watched: Fetch = async (url, init) => {
    const headers = new Headers(init.headers);
    const session = headers.get('mcp-session-id');
    const token = headers.get('authorization')?.replace('Bearer ', '');
    if (session !== null) {
      const user = token === undefined ? 'nobody' : String(decodeJwt(token).sub);
      people.set(session, (people.get(session) ?? new Set()).add(user));
      if (init.method === 'GET' && init.signal) streams.set(session, init.signal);
    }
    const isCall = init.body instanceof Uint8Array && Buffer.from(init.body).includes('"tools/call"');
    if (isCall && duringCall !== undefined) {
      const act = duringCall;
      duringCall = undefined;
      await act();
      return new Response(null, { status: 401, headers: { 'WWW-Authenticate': 'Bearer' } });
    }
    return fetch(url, init);
  };
  beforeEach(async () => {
    people = new Map();
    streams = new Map();
    duringCall = undefined;
    stage = await startRelayWorld({ fetch: watched });
    stage.onAccountChange = () => Promise.resolve('new');
    await stage.signIn('repositories');
  });
  afterEach(() => stage.close());

  const asBob = () => stage.signIn('repositories', { ...bob, browser: new UserBrowser() });
  const whoSpoke = () => [...people.values()].map((spoke) => [...spoke]);

  it('belongs to one user: the next one has another, and the caller notices nothing', async () => {
    const client = await stage.connect('repositories');
    assert.equal(
      (await callTool(client, 'list_branches')).progress.at(-1),
      'list_branches as alice@example.org',
    );
    await asBob();
    assert.equal(
      (await callTool(client, 'list_branches')).progress.at(-1),
      'list_branches as bob@example.org',
    );
    assert.deepEqual(whoSpoke(), [['user-alice'], ['user-bob']]);
  });

  it('belongs to one user, also where the next one signs in while a call is refused: it goes on as who began it', async () => {
    const client = await stage.connect('repositories');
    duringCall = asBob;
    const { text, progress } = await callTool(client, 'list_branches');
    assert.deepEqual([text, progress.at(-1)], ['main', 'list_branches as alice@example.org']);
    const next = await callTool(client, 'list_branches');
    assert.equal(next.progress.at(-1), 'list_branches as bob@example.org');
    assert.deepEqual(whoSpoke(), [['user-alice'], ['user-bob']]);
    assert.deepEqual(stage.cards, []);
  });

  it('is the other account’s at the very next call after a switch, and again after a switch back', async () => {
    await asBob();
    const { credentials } = stage.broker;
    const { url } = stage.server('repositories');
    const client = await stage.connect('repositories');
    const lines: (string | undefined)[] = [];
    for (const name of ['bob', 'alice', 'bob']) {
      const all = await credentials.all(url);
      const account = all.find((one) => one.account?.label === `${name}@example.org`) ?? assert.fail(name);
      await credentials.use(url, accountKeyOf(account));
      lines.push((await callTool(client, 'list_branches')).progress.at(-1));
    }
    assert.deepEqual(
      lines,
      ['bob', 'alice', 'bob'].map((name) => `list_branches as ${name}@example.org`),
    );
    assert.deepEqual(whoSpoke(), [['user-bob'], ['user-alice'], ['user-bob']]);
    assert.deepEqual(stage.cards, []);
  });

  it('is each caller’s own account’s, where the caller is tied to one', async () => {
    await asBob();
    const { credentials, relay } = stage.broker;
    const server = stage.server('repositories');
    const alice = (await credentials.all(server.url)).find(({ account }) =>
      account?.label.startsWith('alice'),
    );
    const key = relay.keyFor(server, accountKeyOf(alice ?? assert.fail()));
    const { url } = await relay.endpointFor(server);
    const tied = new RawCaller(url, key.expose());
    await tied.initialize();
    await (await tied.callTool('list_branches')).whole();
    await callTool(await stage.connect('repositories'), 'list_branches');
    assert.match(await (await tied.callTool('list_branches')).whole(), /\bmain\b/);
    assert.deepEqual(whoSpoke(), [['user-alice'], ['user-bob']]);
  });

  it('is listened to by its user alone', async () => {
    const caller = await stage.rawCaller('repositories');
    await caller.initialize();
    const stream = await caller.send({ method: 'GET' });
    await (await caller.call('tools/list')).whole();
    const [signal] = streams.values();
    assert.equal(signal?.aborted, false);
    await asBob();
    await stream.until(/tools\/list_changed/);
    assert.equal(signal.aborted, true);
    await (await caller.call('tools/list')).whole();
    assert.equal(streams.size, 2);
    assert.ok(stream.isOpen);
    assert.deepEqual(whoSpoke(), [['user-alice'], ['user-bob']]);
  });

  it('gets no notification of the next user’s', async () => {
    const caller = await stage.rawCaller('repositories');
    await caller.initialize();
    await asBob();
    await caller.notify('notifications/roots/list_changed');
    await (await caller.send({ method: 'DELETE' })).whole();
    assert.deepEqual(whoSpoke(), [['user-alice']]);
  });

  it('is kept when the same user signs in again or a token is renewed', async () => {
    const client = await stage.connect('repositories');
    await callTool(client, 'list_branches');
    stage.clock.advance(295_000);
    await callTool(client, 'list_branches');
    await callTool(client, 'create_branch', { name: 'kept' });
    assert.equal(stage.world.authorizationServer.eventsOf('refresh').length, 1);
    assert.deepEqual(whoSpoke(), [['user-alice']]);
  });

  it('is left at sign-out', async () => {
    const client = await stage.connect('repositories');
    await callTool(client, 'list_branches');
    await stage.broker.credentials.remove(stage.server('repositories').url);
    await client.listTools();
    assert.deepEqual(whoSpoke(), [['user-alice']]);
  });
});

describe('a response that breaks off', () => {
  it('is not resumed as another account', async () => {
    const upstream = await scriptedUpstream();
    const stage = await startRelayWorld({ servers: { scripted: upstream.url } });
    stage.own(upstream);
    try {
      const signInAs = async (id: string) => {
        const stored = await stage.broker.credentials.get(stage.server('repositories').url);
        assert.ok(stored !== undefined);
        const account = { id, label: `${id}@example.org` };
        await stage.broker.credentials.put({ ...stored, serverUrl: upstream.url, account });
      };
      await stage.signIn('repositories');
      await signInAs('alice');
      const caller = await stage.rawCaller('scripted');
      await caller.initialize();
      const brokenOff = Promise.withResolvers<void>();
      upstream.answer = (_message, response) => {
        response.writeHead(200, { 'Content-Type': 'text/event-stream' });
        response.write('id: e1\ndata: {"jsonrpc":"2.0","method":"notifications/message","params":{}}\n\n');
        void brokenOff.promise.then(() => response.end());
      };
      const resumed: (string | undefined)[] = [];
      upstream.listen = ({ authorization }, response) => {
        resumed.push(authorization);
        response.writeHead(405).end();
      };
      const answer = await caller.callTool('long');
      await answer.until(/id: e1/);
      await signInAs('bob');
      brokenOff.resolve();
      while (answer.isOpen) {
        stage.clock.advance(1_000);
        await new Promise((resolve) => setImmediate(resolve));
      }
      assert.match(answer.text, /long got no response: .*closed the connection before it responded/);
      assert.deepEqual(resumed, []);
    } finally {
      await stage.close();
    }
  });
});
