import assert from 'node:assert/strict';
import { OAuthFlowError } from '../../src/oauth/oauthFlowError.js';
import { Redacted } from '../../src/base/redacted.js';
import {
  closeServers,
  scriptedServer,
  type ScriptedAnswer,
  type ScriptedServer,
} from '../oauth/scriptedServer.js';
import { BrokerWindow, credentialFor, serverAt } from './brokerWindow.js';

/** The server has the address of its authorization server, on this machine. It receives no requests. */
const server = serverAt('http://127.0.0.1:1/mcp');
const fresh = { access_token: 'access-2', token_type: 'Bearer', expires_in: 300 };
const rotated = { body: { ...fresh, refresh_token: 'refresh-2' } };

describe('access tokens', () => {
  let window: BrokerWindow;
  let answer: ScriptedAnswer;
  let authorizationServer: ScriptedServer;
  beforeEach(async () => {
    window = new BrokerWindow();
    answer = rotated;
    authorizationServer = await scriptedServer(() => answer);
  });
  afterEach(closeServers);

  const credential = (...[more]: [Parameters<typeof credentialFor>[3]?]) =>
    credentialFor(server.url, authorizationServer.origin, window.shared.clock, more);
  const signIn = (...more: Parameters<typeof credential>) => window.credentials.put(credential(...more));
  const current = async () => (await window.tokens.current(server))?.tokens.accessToken.expose();
  const stored = async () => (await window.credentials.reread(server.url))?.tokens;
  const refreshes = () => authorizationServer.requests.length;

  it('are absent if no account is signed in', async () => {
    assert.equal(await current(), undefined);
    assert.equal(refreshes(), 0);
  });

  for (const [lifetime, margin] of [
    [300, 60],
    [3600, 60],
    [10, 2],
    [100, 20],
  ] as const) {
    it(`with a lifetime of ${lifetime} s are refreshed ${margin} s before they expire and not earlier`, async () => {
      await signIn({ tokens: { expiresAt: window.shared.clock.now() + lifetime * 1000 } });
      window.shared.clock.advance((lifetime - margin) * 1000 - 1);
      assert.equal(await current(), 'access-1');
      assert.equal(refreshes(), 0);
      window.shared.clock.advance(1);
      assert.equal(await current(), 'access-2');
      assert.equal(refreshes(), 1);
    });
  }

  it('are sent without a refresh while their expiry is unknown', async () => {
    const { expiresAt, ...tokens } = credential().tokens;
    assert.ok(expiresAt);
    await window.credentials.put({ ...credential(), tokens });
    window.shared.clock.advance(100 * 24 * 3_600_000);
    assert.equal(await current(), 'access-1');
  });

  it('are refreshed with the client, the resource and the refresh token', async () => {
    await signIn();
    await window.tokens.after401(server, credential());
    const { form } = authorizationServer.requests[0] ?? assert.fail();
    assert.deepEqual(Object.fromEntries(form), {
      grant_type: 'refresh_token',
      refresh_token: 'refresh-1',
      client_id: 'client-1',
      resource: server.url,
    });
  });

  it('are refreshed once for all callers that need them at the same time', async () => {
    await signIn();
    window.shared.clock.advance(295_000);
    const refused = credential();
    const got = await Promise.all([
      ...Array.from({ length: 20 }, () => window.tokens.current(server)),
      ...Array.from({ length: 20 }, () => window.tokens.after401(server, refused)),
    ]);
    assert.deepEqual(new Set(got.map((one) => one?.tokens.accessToken.expose())), new Set(['access-2']));
    assert.equal(refreshes(), 1);
  });

  it('are refreshed once by two windows that share storage', async () => {
    const other = new BrokerWindow(window.shared);
    await signIn();
    await other.tokens.current(server);
    window.shared.clock.advance(295_000);
    const got = await Promise.all([window, other].map(({ tokens }) => tokens.current(server)));
    assert.deepEqual(
      got.map((one) => one?.tokens.refreshToken?.expose()),
      ['refresh-2', 'refresh-2'],
    );
    assert.equal(refreshes(), 1);
  });

  it('are read from storage after another window renewed them, even without a change event', async () => {
    await signIn();
    assert.equal(await current(), 'access-1');
    const [[key, record] = ['', '']] = window.shared.secrets.entries;
    window.shared.secrets.entries.set(key, record.replace('access-1', 'access-9'));
    const renewed = await window.tokens.after401(server, credential());
    assert.equal(renewed?.tokens.accessToken.expose(), 'access-9');
    assert.equal(refreshes(), 0);
  });

  it('keep their refresh token, scopes and account if the token response has none', async () => {
    await signIn();
    answer = { body: fresh };
    await window.tokens.after401(server, credential());
    const tokens = await stored();
    assert.equal(tokens?.accessToken.expose(), 'access-2');
    assert.equal(tokens.refreshToken?.expose(), 'refresh-1');
    assert.deepEqual(tokens.scopes, ['repo:read']);
    const { id, account } = (await window.credentials.get(server.url)) ?? assert.fail();
    assert.deepEqual([id, account?.label], ['sign-in-1', 'alice@example.org']);
  });

  it('are stored before any caller receives them', async () => {
    await signIn();
    const { secrets } = window.shared;
    let inStorage: string | undefined;
    const set = secrets.set.bind(secrets);
    const slow = Promise.withResolvers<void>();
    secrets.set = async (key, value) => {
      await slow.promise;
      await set(key, value);
      inStorage = value;
    };
    const renewing = window.tokens.after401(server, credential()).then((renewed) => {
      assert.match(inStorage ?? '', /access-2/);
      return renewed;
    });
    slow.resolve();
    assert.ok(await renewing);
  });

  const failures: [string, ScriptedAnswer][] = [
    ['an unknown client', { status: 401, body: { error: 'invalid_client' } }],
    ['a malformed request', { status: 400, body: { error: 'invalid_request' } }],
    ['a server error', { status: 500, body: 'oops' }],
    ['an overloaded server', { status: 503, body: { error: 'temporarily_unavailable' } }],
    ['an HTML page', { body: '<html>', headers: { 'content-type': 'text/html' } }],
    ['an empty response', { body: {} }],
    ['a redirect', { status: 302, headers: { location: '/elsewhere' } }],
  ];
  for (const [what, failure] of failures) {
    it(`remain usable until they expire after ${what}, and the sign-in is kept`, async () => {
      await signIn();
      answer = failure;
      window.shared.clock.advance(295_000);
      assert.equal(await current(), 'access-1');
      await assert.rejects(window.tokens.after401(server, credential()), OAuthFlowError);
      window.shared.clock.advance(10_000);
      await assert.rejects(window.tokens.current(server), OAuthFlowError);
      assert.equal((await stored())?.refreshToken?.expose(), 'refresh-1');
      answer = rotated;
      assert.equal(await current(), 'access-2');
    });
  }

  it('remain usable while the network is down', async () => {
    await signIn();
    await closeServers();
    window.shared.clock.advance(295_000);
    assert.equal(await current(), 'access-1');
    await assert.rejects(window.tokens.after401(server, credential()), { code: 'unreachable' });
    assert.equal((await stored())?.refreshToken?.expose(), 'refresh-1');
  });

  it('remain usable until they expire if the lock cannot be acquired', async () => {
    await signIn();
    window.shared.lock.hold = () => Promise.reject(new Error('held by another window'));
    window.shared.clock.advance(295_000);
    assert.equal(await current(), 'access-1');
    assert.ok(
      window.shared.log.lines.some((line) => line.includes('could not be renewed before it expired')),
    );
    window.shared.clock.advance(5_000);
    await assert.rejects(window.tokens.current(server), /held by another window/);
  });

  it('are removed after invalid_grant, while the account stays visible', async () => {
    await signIn();
    answer = { status: 400, body: { error: 'invalid_grant' } };
    assert.equal(await window.tokens.after401(server, credential()), undefined);
    const { status, account, held } = await window.states.statusOf(server);
    assert.deepEqual([status, account, held], ['expired', 'alice@example.org', ['repo:read']]);
    assert.equal((await stored())?.refreshToken, undefined);
    assert.equal(await window.tokens.after401(server, credential()), undefined);
    assert.equal(refreshes(), 1);
  });

  it('are not refreshed without a refresh token', async () => {
    const { refreshToken, ...tokens } = credential().tokens;
    assert.ok(refreshToken);
    await window.credentials.put({ ...credential(), tokens });
    assert.equal(await window.tokens.after401(server, credential()), undefined);
    assert.equal(refreshes(), 0);
  });

  it('of an ended sign-in, refreshed in the meantime, do not replace those of a newer sign-in', async () => {
    await signIn();
    await closeServers();
    let meanwhile: Promise<unknown> | undefined;
    authorizationServer = await scriptedServer(() => {
      const accessToken = new Redacted('access-newer');
      meanwhile = window.credentials.put(credential({ id: 'sign-in-2', tokens: { accessToken } }));
      return rotated;
    });
    await signIn();
    const renewed = await window.tokens.after401(server, credential());
    await meanwhile;
    assert.equal(renewed?.id, 'sign-in-2');
    assert.equal((await stored())?.accessToken.expose(), 'access-newer');
  });
});
