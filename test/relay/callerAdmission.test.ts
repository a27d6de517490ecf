import assert from 'node:assert/strict';
import { RawCaller, type RawRequest } from './rawCaller.js';
import { startRelayWorld, type RelayWorld } from './relayWorld.js';

describe('the relay admits a caller', () => {
  let stage: RelayWorld;
  let caller: RawCaller;
  before(async () => {
    stage = await startRelayWorld();
    await stage.signIn('repositories');
    caller = await stage.rawCaller('repositories');
    await caller.initialize();
  });
  after(() => stage.close());

  const ping = '{"jsonrpc":"2.0","id":9,"method":"tools/list"}';
  const statusOf = async (what: RawRequest) => {
    const answer = await caller.send({ body: ping, ...what });
    const text = await answer.whole();
    assert.equal(answer.headers['www-authenticate'], undefined);
    if (answer.status !== 200) assert.equal(text, '');
    return answer.status;
  };

  it('with its key, at 127.0.0.1 and at localhost', async () => {
    assert.equal(await statusOf({}), 200);
    assert.equal(await statusOf({ headers: { Host: `localhost:${caller.port}` } }), 200);
  });

  for (const [what, authorization] of [
    ['no key', undefined],
    ['an empty one', 'Bearer '],
    ['another', `Bearer ${'A'.repeat(43)}`],
    ['another scheme', 'Basic QTpB'],
    ['a key that is no key', 'Bearer a b'],
  ] as const) {
    it(`not with ${what}: 404, as where there is nothing`, async () => {
      assert.equal(await statusOf({ headers: { Authorization: authorization } }), 404);
    });
  }

  it('not with a part of its key, or more than it', async () => {
    for (const key of [caller.key.slice(0, -1), `${caller.key}A`, caller.key.toLowerCase()]) {
      assert.equal(await statusOf({ headers: { Authorization: `Bearer ${key}` } }), 404);
    }
  });

  it('not with a key in the query, because addresses are logged', async () => {
    const path = `/mcp/repositories?access_token=${caller.key}`;
    assert.equal(await statusOf({ path, headers: { Authorization: undefined } }), 404);
  });

  it('not from a page of another origin, though it has the key: 403', async () => {
    for (const origin of [
      'https://evil.example',
      'null',
      `http://127.0.0.1:${Number(caller.port) + 1}`,
      `http://127.0.0.1.evil.example:${caller.port}`,
      `https://127.0.0.1:${caller.port}`,
      '',
    ]) {
      assert.equal(await statusOf({ headers: { Origin: origin } }), 403, origin);
    }
    assert.equal(await statusOf({ headers: { Origin: `http://127.0.0.1:${caller.port}` } }), 200);
  });

  it('not by a name that was rebound to this machine: 403', async () => {
    for (const host of [
      'evil.example',
      `evil.example:${caller.port}`,
      `127.0.0.1.evil.example:${caller.port}`,
      '127.0.0.1',
      `127.0.0.1:${Number(caller.port) + 1}`,
      `[::1]:${caller.port}`,
    ]) {
      assert.equal(await statusOf({ headers: { Host: host } }), 403, host);
    }
  });

  it('not at a server that is not configured, nor anywhere else: 404', async () => {
    for (const path of [
      '/',
      '/mcp',
      '/mcp/',
      '/mcp/unknown',
      '/mcp/repositories/more',
      '/mcp/%72epositories',
      '/mcp/../mcp/unknown',
      '/sse/repositories',
      '//',
      '/callback',
    ]) {
      assert.equal(await statusOf({ path }), 404, path);
    }
  });

  it('and serves no OAuth metadata to any caller, so that no client begins a sign-in of its own', async () => {
    for (const place of [
      '/.well-known/oauth-protected-resource',
      '/.well-known/oauth-protected-resource/mcp/repositories',
      '/.well-known/oauth-authorization-server',
      '/.well-known/oauth-authorization-server/mcp/repositories',
      '/.well-known/openid-configuration',
      '/mcp/repositories/.well-known/openid-configuration',
      '/authorize',
      '/register',
      '/token',
    ]) {
      const get = { method: 'GET', path: place } as const;
      const answers = await Promise.all([
        caller.send(get),
        caller.send({ ...get, headers: { Authorization: undefined } }),
      ]);
      for (const answer of answers) {
        assert.equal(answer.status, 404, place);
        assert.equal(await answer.whole(), '');
      }
    }
  });

  it('with other methods only to be told which there are', async () => {
    for (const method of ['PUT', 'PATCH', 'OPTIONS']) {
      const answer = await caller.send({ method });
      assert.equal(answer.status, 405);
      assert.equal(answer.headers.allow, 'GET, POST, DELETE');
      assert.equal(answer.headers['access-control-allow-origin'], undefined);
    }
    const preflight = { method: 'OPTIONS', headers: { Authorization: undefined } } as const;
    assert.equal((await caller.send(preflight)).status, 404);
  });

  it('with a key for one server, at that server only and until it is revoked', async () => {
    const { relay } = stage.broker;
    const key = relay.keyFor(stage.server('repositories'));
    const headers = { Authorization: `Bearer ${key.expose()}`, 'Mcp-Session-Id': undefined };
    const body = JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'a', version: '1' } },
    });
    const status = async (path: string) => (await caller.send({ body, headers, path })).status;
    assert.equal(await status('/mcp/repositories'), 200);
    assert.equal(await status('/mcp/reports'), 404);
    relay.revokeKey(stage.server('repositories'));
    assert.equal(await status('/mcp/repositories'), 404);
    assert.notEqual(relay.keyFor(stage.server('repositories')).expose(), key.expose());
  });

  it('until its key is revoked: what it listens on ends, and its session with it', async () => {
    const { relay } = stage.broker;
    const guest = new RawCaller(caller.url, relay.keyFor(stage.server('repositories')).expose());
    await guest.initialize({});
    const stream = await guest.send({ method: 'GET' });
    assert.ok(stream.isOpen);
    relay.revokeKey(stage.server('repositories'));
    await stream.whole();
    const again = relay.keyFor(stage.server('repositories')).expose();
    const answer = await guest.call('ping', {}, { Authorization: `Bearer ${again}` });
    assert.equal(answer.status, 404);
    guest.close();
  });

  it('with a key of 256 bits that prints nowhere and is another in each window', async () => {
    const { key } = await stage.openWindow().relay.endpointFor(stage.server('repositories'));
    assert.equal(Buffer.from(caller.key, 'base64url').length, 32);
    assert.notEqual(key.expose(), caller.key);
    assert.equal(String(key), '[redacted]');
  });
});
