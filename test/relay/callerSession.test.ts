import assert from 'node:assert/strict';
import type { RawCaller, RpcMessage } from './rawCaller.js';
import { callTool, startRelayWorld, type RelayWorld } from './relayWorld.js';
import { scriptedUpstream, type ScriptedUpstream } from './scriptedUpstream.js';

describe('a session with the relay', () => {
  let stage: RelayWorld;
  let caller: RawCaller;
  beforeEach(async () => {
    stage = await startRelayWorld();
    await stage.signIn('repositories');
    caller = await stage.rawCaller('repositories');
    await caller.initialize();
  });
  afterEach(() => stage.close());

  const upstream = () => stage.world.repositories.http;
  const countOf = (method: string) =>
    upstream().requests.filter(({ rpcMethod }) => rpcMethod === method).length;

  it('has an id of the relay’s own; the upstream’s is never shown', async () => {
    const [theirs] = upstream().sessionIds;
    assert.ok(theirs);
    assert.notEqual(caller.sessionId, theirs);
    const answer = await caller.call('tools/list');
    assert.equal(answer.headers['mcp-session-id'], caller.sessionId);
  });

  it('belongs to the caller that began it: to another it does not exist', async () => {
    const key = stage.broker.relay.keyFor(stage.server('repositories')).expose();
    const headers = { Authorization: `Bearer ${key}` };
    for (const answer of [
      await caller.call('tools/list', {}, headers),
      await caller.send({ method: 'GET', headers }),
      await caller.send({ method: 'DELETE', headers }),
    ]) {
      assert.equal(answer.status, 404);
    }
    assert.equal((await caller.call('tools/list')).status, 200);
  });

  it('belongs to the server it was begun with', async () => {
    const path = '/mcp/reports';
    const answer = await caller.send({ path, body: '{"jsonrpc":"2.0","id":1,"method":"tools/list"}' });
    assert.equal(answer.status, 404);
  });

  it('that is unknown or missing is 404, so that the caller begins a new one', async () => {
    for (const id of ['unknown', undefined]) {
      const answer = await caller.call('tools/list', {}, { 'Mcp-Session-Id': id });
      assert.equal(answer.status, 404);
      assert.match((await answer.whole()) || '', /Session not found/);
    }
  });

  it('ends with DELETE, here and upstream', async () => {
    assert.equal(upstream().sessionIds.length, 1);
    assert.equal((await caller.send({ method: 'DELETE' })).status, 200);
    assert.equal(upstream().sessionIds.length, 0);
    assert.equal((await caller.call('tools/list')).status, 404);
  });

  it('learns of its upstream’s end from a 404, and begins again', async () => {
    await upstream().endSessions();
    assert.equal((await caller.call('tools/list')).status, 404);
    caller.sessionId = undefined;
    await caller.initialize();
    assert.equal((await caller.call('tools/list')).status, 200);
  });

  for (const [what, body, status] of [
    ['more than 4 MB', Buffer.alloc(4 * 1024 * 1024 + 1, 0x20), 413],
    ['a batch', '[{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_branches"}}]', 400],
    ['a key twice', '{"jsonrpc":"2.0","id":1,"method":"tools/list","method":"tools/call"}', 400],
    [
      'an escaped key twice',
      '{"jsonrpc":"2.0","id":1,"method":"tools/list","metho\\u0064":"tools/call"}',
      400,
    ],
    ['no JSON', 'name=create_branch', 400],
    ['no UTF-8', Buffer.from([0x22, 0xff, 0x22]), 400],
  ] as const) {
    it(`refuses ${what} by name, and sends nothing on`, async () => {
      const before = upstream().requests.length;
      const answer = await caller.send({ body });
      assert.equal(answer.status, status);
      const { error } = (await answer.json()) as RpcMessage;
      assert.ok((error?.message.length ?? 0) > 10);
      assert.equal(upstream().requests.length, before);
    });
  }

  it('takes a body of 4 MB', async () => {
    const call = '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}';
    const body = call.padEnd(4 * 1024 * 1024);
    // The demo server has the same limit.
    assert.equal((await caller.send({ body })).status, 200);
  });

  it('refuses headers that disagree with the body', async () => {
    const answer = await caller.callTool('create_branch', { name: 'a' }, { 'Mcp-Name': 'list_branches' });
    assert.equal(answer.status, 400);
    assert.match(await answer.whole(), /Mcp-Name header and the body name different items/);
    assert.equal(countOf('tools/call'), 0);
  });

  it('holds a call that overtakes notifications/initialized, for 5 s and no longer', async () => {
    const params = {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'hasty', version: '1' },
    };
    const begun = await caller.post(
      { jsonrpc: '2.0', id: 0, method: 'initialize', params },
      { 'Mcp-Session-Id': undefined },
    );
    const id = String(begun.headers['mcp-session-id']);
    await begun.whole();
    const calling = caller.call('tools/list', {}, { 'Mcp-Session-Id': id });
    // A ping is not held, and comes back after the call has arrived.
    assert.equal((await caller.call('ping', {}, { 'Mcp-Session-Id': id })).status, 200);
    assert.equal(countOf('tools/list'), 0);
    stage.clock.advance(5_000);
    assert.equal((await calling).status, 200);
  });

  it('lists the remembered tools after a sign-out, and asks for consent when one is called', async () => {
    const client = await stage.connect('repositories');
    const before = (await client.listTools()).tools.map(({ name }) => name);
    await stage.broker.credentials.remove(stage.server('repositories').url);

    assert.deepEqual(
      (await client.listTools()).tools.map(({ name }) => name),
      before,
    );
    const again = await stage.connect('repositories');
    assert.deepEqual(
      (await again.listTools()).tools.map(({ name }) => name),
      before,
    );
    assert.equal(stage.cards.length, 0);

    assert.equal((await callTool(again, 'list_branches')).isError, false);
    assert.equal(stage.cards.length, 1);
  });

  it('goes on after a restart with the tokens that were stored, and nobody signs in again', async () => {
    const restarted = stage.openWindow();
    const client = await stage.connect('repositories', restarted);
    assert.equal((await callTool(client, 'list_branches')).isError, false);
    assert.equal(stage.cards.length, 0);
    assert.equal(stage.world.authorizationServer.eventsOf('token').length, 1);
  });

  it('ends with the window: no port is left', async () => {
    const window = stage.openWindow();
    const raw = await stage.rawCaller('repositories', window);
    await raw.initialize();
    const stream = await raw.send({ method: 'GET' });
    window.dispose();
    await stream.whole();
    await assert.rejects(raw.call('tools/list'), /ECONNREFUSED|ECONNRESET|socket hang up/);
    await assert.rejects(window.relay.endpointFor(stage.server('repositories')), /closed/);
  });
});

describe('a request that is relayed', () => {
  let stage: RelayWorld;
  let upstream: ScriptedUpstream;
  let caller: RawCaller;
  beforeEach(async () => {
    upstream = await scriptedUpstream();
    upstream.answer = ({ id }, response) => response.end(JSON.stringify({ jsonrpc: '2.0', id, result: {} }));
    stage = await startRelayWorld({ servers: { scripted: upstream.url } });
    stage.own(upstream);
    caller = await stage.rawCaller('scripted');
    await caller.initialize();
  });
  afterEach(() => stage.close());

  it('arrives byte for byte, and with neither key, cookie nor origin of the caller', async () => {
    // Spacing, order, escapes and numbers that a parser would write down otherwise.
    const body =
      '{ "method" : "tools/call",\n"id":1.0, "jsonrpc":"2.0","params":{"name":"\\u0061é","arguments":{"n":1e2,"b":{}, "a":[ ]}} }\n';
    const headers = {
      Cookie: 'a=b',
      Origin: `http://127.0.0.1:${caller.port}`,
      Referer: `http://127.0.0.1:${caller.port}/`,
      Forwarded: 'for=10.0.0.1',
      'X-Forwarded-For': '10.0.0.1',
      'X-Anything': 'else',
      Traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    };
    const answer = await caller.send({ body, headers });
    assert.equal(answer.status, 200, await answer.whole());

    const got = upstream.received.at(-1) ?? assert.fail();
    assert.equal(got.body, body);
    assert.equal(got.headers['traceparent'], headers.Traceparent);
    assert.equal(got.headers['mcp-session-id'], 'upstream');
    const kept = [
      'authorization',
      'cookie',
      'origin',
      'referer',
      'forwarded',
      'x-forwarded-for',
      'x-anything',
    ];
    for (const name of kept) assert.equal(got.headers[name], undefined, name);
    for (const { headers: sent } of upstream.received) {
      const text = JSON.stringify(sent);
      assert.ok(!text.includes(caller.key) && !text.includes(String(caller.sessionId)));
    }
  });
});
