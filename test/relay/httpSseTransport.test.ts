import assert from 'node:assert/strict';
import type { OAuthFlowError } from '../../src/oauth/oauthFlowError.js';
import { HttpSseTransport } from '../../src/relay/httpSse/httpSseTransport.js';
import { alice } from '../demo/people.js';
import { listenOnLoopback } from '../demo/loopbackServer.js';
import { RawCaller } from './rawCaller.js';
import { callTool, RelayWorld } from './relayWorld.js';
import { startWorld } from '../demo/world.js';
import { startSseServer, type SseServer } from './sseServer.js';

describe('a server on the HTTP+SSE transport', () => {
  let stage: RelayWorld;
  let notes: SseServer;
  beforeEach(async () => {
    const world = await startWorld();
    notes = await startSseServer(world.authorizationServer);
    stage = new RelayWorld(world, { servers: { notes: { type: 'sse', url: notes.url } } });
    stage.own(notes);
  });
  afterEach(() => stage.close());

  it('is called like any other, with consent in the call and the identity line', async () => {
    const client = await stage.connect('notes');
    await callTool(client, 'sign_in');
    const { text, isError, progress } = await callTool(client, 'read_note', { name: 'todo' });
    assert.deepEqual([text, isError], ['note todo', false]);
    assert.deepEqual(progress, ['Opening todo', `read_note as ${alice.email}`]);
    assert.equal(stage.cards.length, 1);
    assert.match(stage.cards[0]?.message ?? '', /notes:read/);
    assert.deepEqual(notes.calls, [alice.sub]);
  });

  it('distinguishes calls that overlap', async () => {
    await stage.signIn('notes');
    const client = await stage.connect('notes');
    const names = Array.from({ length: 20 }, (_, number) => `n${number}`);
    const answers = await Promise.all(names.map((name) => callTool(client, 'read_note', { name })));
    assert.deepEqual(
      answers.map(({ text, progress }) => [text, progress[0]]),
      names.map((name) => [`note ${name}`, `Opening ${name}`]),
    );
  });

  it('is begun again by the caller if its stream has ended, and the call that noticed did not run', async () => {
    await stage.signIn('notes');
    const caller = await stage.rawCaller('notes');
    await caller.initialize();
    await notes.dropStreams();
    const refused = await caller.callTool('read_note', { name: 'a' });
    assert.equal(refused.status, 404);
    assert.deepEqual(notes.calls, []);
    await caller.initialize();
    assert.match(await (await caller.callTool('read_note', { name: 'a' })).whole(), /note a/);
    assert.deepEqual(notes.calls, [alice.sub]);
  });

  it('that restarts while a call runs ends it with a text, and it ran once', async () => {
    await stage.signIn('notes');
    const caller = await stage.rawCaller('notes');
    await caller.initialize();
    const call = await caller.callTool('read_note', { name: 'slow' });
    while (notes.calls.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await notes.dropStreams();
    assert.match(await call.whole(), /ended without a response.*not run again/);
    assert.equal(notes.calls.length, 1);
  });

  it('is left when the caller ends its session', async () => {
    await stage.signIn('notes');
    const caller = await stage.rawCaller('notes');
    await caller.initialize();
    assert.equal(notes.openSessions, 1);
    await (await caller.send({ method: 'DELETE' })).whole();
    await notes.whenAllLeft();
  });

  it('is left when its user signs out', async () => {
    await stage.signIn('notes');
    const caller = await stage.rawCaller('notes');
    await caller.initialize();
    assert.equal(notes.openSessions, 1);
    await stage.broker.credentials.remove(notes.url);
    await notes.whenAllLeft();
  });

  it('is left when the caller’s key is revoked', async () => {
    await stage.signIn('notes');
    const { relay } = stage.broker;
    const { url } = await relay.endpointFor(stage.server('notes'));
    const caller = new RawCaller(url, relay.keyFor(stage.server('notes')).expose());
    await caller.initialize();
    assert.equal(notes.openSessions, 1);
    relay.revokeKey(stage.server('notes'));
    await notes.whenAllLeft();
  });

  it('has its status reported by a check', async () => {
    assert.equal(await stage.status('notes'), 'unknown');
    await stage.signIn('notes');
    assert.equal(await stage.status('notes'), 'ready');
  });
});

describe('the address a stream of HTTP+SSE names', () => {
  const begun: { close(): Promise<void> | void }[] = [];
  afterEach(async () => {
    for (const part of begun.splice(0)) await part.close();
  });

  /** A transport before a server that begins its stream so, and what was posted anywhere. */
  async function before(firstEvent: string) {
    const server = await listenOnLoopback(0, () => (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(firstEvent);
      return Promise.resolve();
    });
    const posted: string[] = [];
    const transport = new HttpSseTransport(
      (url, init) => {
        if (init.method === 'POST') posted.push(url);
        return fetch(url, init);
      },
      () => [{ type: 'sse', url: `${server.origin}/sse` }],
    );
    begun.push({ close: () => transport.dispose() }, server);
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize' });
    const asked = transport.fetch(`${server.origin}/sse`, { method: 'POST', body });
    return { asked, posted };
  }

  for (const [what, first] of [
    ['another origin', 'event: endpoint\ndata: http://127.0.0.1:9/messages\n\n'],
    ['no address', 'event: endpoint\ndata: http://\n\n'],
    ['another event first', 'data: {}\n\n'],
  ] as const) {
    it(`is not posted to: ${what}`, async () => {
      const { asked, posted } = await before(first);
      await assert.rejects(asked, (error: OAuthFlowError) => {
        assert.deepEqual([error.code, error.details.field], ['invalidMetadata', 'endpoint']);
        return true;
      });
      assert.deepEqual(posted, []);
    });
  }

  it('leaves every other request as it is, with the addresses its host was judged by', async () => {
    const asked: unknown[] = [];
    const network = (...request: unknown[]) => {
      asked.push(request);
      return Promise.resolve(new Response());
    };
    const transport = new HttpSseTransport(network, () => []);
    const init = { method: 'POST' };
    await transport.fetch('https://as.example/token', init, ['203.0.113.7']);
    assert.deepEqual(asked, [['https://as.example/token', init, ['203.0.113.7']]]);
  });
});
