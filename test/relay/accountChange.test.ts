import assert from 'node:assert/strict';
import { decodeJwt } from 'jose';
import type { Fetch } from '../../src/oauth/httpContext.js';
import { bob } from '../demo/people.js';
import { PersonBrowser } from '../demo/person.js';
import { callTool, startRelayWorld, type RelayWorld } from './relayWorld.js';

describe('a session at the upstream', () => {
  let stage: RelayWorld;
  /** Who spoke in each session at the upstream. */
  let people: Map<string, Set<string>>;
  /** Streams that are open at the upstream. */
  let streams: Map<string, AbortSignal>;
  const watched: Fetch = (url, init) => {
    const headers = new Headers(init.headers);
    const session = headers.get('mcp-session-id');
    const token = headers.get('authorization')?.replace('Bearer ', '');
    if (session !== null) {
      const person = token === undefined ? 'nobody' : String(decodeJwt(token).sub);
      people.set(session, (people.get(session) ?? new Set()).add(person));
      if (init.method === 'GET' && init.signal) streams.set(session, init.signal);
    }
    return fetch(url, init);
  };
  beforeEach(async () => {
    people = new Map();
    streams = new Map();
    stage = await startRelayWorld({ fetch: watched });
    stage.onAccountChange = () => Promise.resolve(true);
    await stage.signIn('repositories');
  });
  afterEach(() => stage.close());

  const asBob = () => stage.signIn('repositories', { ...bob, browser: new PersonBrowser() });
  const whoSpoke = () => [...people.values()].map((spoke) => [...spoke]);

  it('belongs to one person: the next one has another, and the caller notices nothing', async () => {
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
    assert.deepEqual(whoSpoke(), [['person-alice'], ['person-bob']]);
  });

  it('is listened to by its person alone', async () => {
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
    assert.deepEqual(whoSpoke(), [['person-alice'], ['person-bob']]);
  });

  it('gets no notification of the next person’s', async () => {
    const caller = await stage.rawCaller('repositories');
    await caller.initialize();
    await asBob();
    await caller.notify('notifications/roots/list_changed');
    await (await caller.send({ method: 'DELETE' })).whole();
    assert.deepEqual(whoSpoke(), [['person-alice']]);
  });

  it('is kept when the same person signs in again or a token is renewed', async () => {
    const client = await stage.connect('repositories');
    await callTool(client, 'list_branches');
    stage.clock.advance(295_000);
    await callTool(client, 'list_branches');
    await callTool(client, 'create_branch', { name: 'kept' });
    assert.equal(stage.world.authorizationServer.eventsOf('refresh').length, 1);
    assert.deepEqual(whoSpoke(), [['person-alice']]);
  });

  it('is left at sign-out', async () => {
    const client = await stage.connect('repositories');
    await callTool(client, 'list_branches');
    await stage.broker.credentials.remove(stage.server('repositories').url);
    await client.listTools();
    assert.deepEqual(whoSpoke(), [['person-alice']]);
  });
});
