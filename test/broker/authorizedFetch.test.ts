import assert from 'node:assert/strict';
import { AuthorizedFetch, type UpstreamRequest } from '../../src/broker/fetch/authorizedFetch.js';
import { Redacted } from '../../src/base/redacted.js';
import { listenOnLoopback } from '../demo/loopbackServer.js';
import {
  closeServers,
  scriptedServer,
  type ScriptedAnswer,
  type ScriptedServer,
} from '../oauth/scriptedServer.js';
import { accountKeyOf, actorOf } from '../../src/broker/accounts/credential.js';
import { BrokerWindow, credentialFor, serverAt } from './brokerWindow.js';

const challenge = (rest: string) => ({ 'www-authenticate': `Bearer ${rest}` });
const unauthorized: ScriptedAnswer = { status: 401, headers: challenge('scope="repo:read"') };

describe('authorized fetch', () => {
  let window: BrokerWindow;
  let answer: (authorization: string | undefined) => ScriptedAnswer;
  /** The authorization server's response to a refresh. */
  let refreshed: ScriptedAnswer;
  let mcp: ScriptedServer;
  let authorizationServer: ScriptedServer;
  beforeEach(async () => {
    window = new BrokerWindow();
    answer = () => ({ body: { ok: true } });
    mcp = await scriptedServer(({ headers }) => answer(headers.authorization));
    refreshed = {
      body: { access_token: 'access-2', token_type: 'Bearer', refresh_token: 'refresh-2', expires_in: 300 },
    };
    authorizationServer = await scriptedServer(() => refreshed);
    await window.credentials.put(
      credentialFor(server().url, authorizationServer.origin, window.shared.clock),
    );
  });
  afterEach(closeServers);

  const server = () => serverAt(`${mcp.origin}/mcp`);
  const send = (to = server(), more: Partial<UpstreamRequest> = {}) =>
    window.authorizedFetch.send(to, {
      method: 'POST',
      headers: new Headers({ 'Content-Type': 'application/json' }),
      body: new TextEncoder().encode('{"a": 1}'),
      signal: new AbortController().signal,
      ...more,
    });
  const status = async (of = server()) => (await window.states.statusOf(of)).status;
  const costNothing = async () => {
    assert.equal(mcp.requests.length, 1);
    assert.equal(authorizationServer.requests.length, 0);
    const { tokens } = (await window.credentials.reread(server().url)) ?? assert.fail();
    assert.deepEqual([tokens.accessToken.expose(), tokens.refreshToken?.expose()], ['access-1', 'refresh-1']);
  };

  it('sends the token, the body byte for byte and the configured headers', async () => {
    const outcome = await send({ ...server(), headers: { 'X-Team': 'blue' } });
    assert.equal(outcome.kind, 'response');
    const [request] = mcp.requests;
    assert.deepEqual(
      [request?.headers.authorization, request?.headers['x-team'], request?.body],
      ['Bearer access-1', 'blue', '{"a": 1}'],
    );
    assert.equal(await status(), 'ready');
  });

  it('sends the token to the configured address only', async () => {
    const stranger = await scriptedServer(() => ({}));
    for (const url of [`${stranger.origin}/mcp`, `${mcp.origin}/other`]) await send(serverAt(url));
    for (const { headers } of [...stranger.requests, ...mcp.requests]) {
      assert.equal(headers.authorization, undefined);
    }
    assert.equal(stranger.requests.length + mcp.requests.length, 2);
  });

  for (const redirect of [301, 302, 303, 307, 308]) {
    it(`does not follow ${redirect} with a token: the other server receives no request`, async () => {
      const other = await scriptedServer(() => ({}));
      answer = () => ({ status: redirect, headers: { location: `${other.origin}/mcp?token=1` } });
      const outcome = await send();
      assert.equal(outcome.kind, 'failed');
      assert.ok(outcome.detail.includes(`redirects to ${other.origin}/mcp.`));
      assert.equal(other.requests.length, 0);
      assert.equal(await status(), 'misconfigured');
      await costNothing();
    });
  }

  for (const [what, headers] of [
    ['without a challenge', {}],
    ['with another challenge', challenge('error="access_denied", error_description="Not on Sundays"')],
    ['for a scope that is held', challenge('error="insufficient_scope", scope="repo:read"')],
    ['for a scope without a name', challenge('error="insufficient_scope"')],
  ] as const) {
    it(`treats a 403 ${what} as a denial, without a question to the user`, async () => {
      answer = () => ({ status: 403, headers });
      const outcome = await send();
      assert.ok(outcome.kind === 'denied');
      assert.match(outcome.detail, /denied access for alice@example\.org \(403\)/);
      assert.equal(await status(), 'denied');
      await costNothing();
    });
  }

  for (const [what, refusal] of [
    [
      "a denial's first description",
      { status: 403, headers: challenge(`error_description="${'x'.repeat(195)}access-1"`) },
    ],
    [
      "a denial's second description",
      { status: 403, headers: challenge('error_description="access-1 and refresh-1 say no"') },
    ],
    ['a challenge', { status: 401, headers: challenge('error_description="no such token: access-2"') }],
    ['a redirect', { status: 307, headers: { location: '/login/access-1/refresh-1' } }],
  ] as const) {
    it(`removes tokens and parts of tokens that ${what} repeats`, async () => {
      answer = () => refusal;
      const told = JSON.stringify([await send(), await window.states.statusOf(server())]);
      // The message's own text contains no part of a token.
      const rest = told.replaceAll('denied access for alice@example.org', '');
      assert.ok(!/acce|refre(?!shable)/.test(rest), told);
      assert.ok(/[[]reda/.test(told), told);
      assert.ok(!window.shared.log.lines.some((line) => /access-|refresh-/.test(line)));
    });
  }

  it('asks for the held and the missing scopes after insufficient_scope', async () => {
    answer = () => ({ status: 403, headers: challenge('error="insufficient_scope", scope="repo:write"') });
    const outcome = await send(server(), { tool: 'create_branch' });
    assert.ok(outcome.kind === 'consentNeeded' && outcome.need.kind === 'stepUp');
    assert.deepEqual(outcome.need.scopes, ['repo:read', 'repo:write']);
    assert.deepEqual(outcome.need.missing, ['repo:write']);
    const { status: name, tool, missing } = await window.states.statusOf(server());
    assert.deepEqual([name, tool, missing], ['needsScopes', 'create_branch', ['repo:write']]);
    await costNothing();
  });

  for (const failure of [400, 404, 405, 429, 500, 502, 503]) {
    it(`does not send the request again after a ${failure}`, async () => {
      answer = () => ({ status: failure });
      const outcome = await send();
      assert.ok(outcome.kind === 'response');
      assert.equal(outcome.response.status, failure);
      await costNothing();
    });
  }

  for (const [failure, words] of [
    [429, 'is rate limiting requests'],
    [500, 'returned a server error'],
    [503, 'returned a server error'],
  ] as const) {
    it(`treats a ${failure} as an unreachable server until its next response`, async () => {
      answer = () => ({ status: failure });
      await send();
      const { status: name, detail } = await window.states.statusOf(server());
      assert.deepEqual([name, detail], ['unreachable', `${server().url} ${words} (${failure}).`]);
      answer = () => ({ body: { ok: true } });
      await send();
      assert.equal(await status(), 'ready');
    });
  }

  it('ignores a 500 response to the request for an optional stream', async () => {
    await send();
    answer = () => ({ status: 500 });
    await window.authorizedFetch.send(server(), {
      method: 'GET',
      headers: new Headers(),
      signal: new AbortController().signal,
    });
    assert.equal(await status(), 'ready');
  });

  it('does not send the request again if the connection broke after it was sent', async () => {
    let requests = 0;
    const breaking = await listenOnLoopback(0, () => (request, response) => {
      requests++;
      request.on('data', () => response.destroy());
      return Promise.resolve();
    });
    const broken = serverAt(`${breaking.origin}/mcp`);
    const outcome = await send(broken);
    await breaking.close();
    assert.ok(outcome.kind === 'failed');
    assert.match(outcome.detail, /closed the connection before it responded/);
    assert.equal(requests, 1);
    assert.equal(await status(broken), 'unreachable');
  });

  it('reports in a sentence that no server responds', async () => {
    const { host } = new URL(mcp.origin);
    await closeServers();
    const outcome = await send();
    assert.ok(outcome.kind === 'failed');
    assert.equal(
      outcome.detail,
      `${host} could not be reached: the connection was refused. Check the address, the network and the proxy settings, then try again.`,
    );
    assert.equal(await status(), 'unreachable');
  });

  it('refreshes the token after a 401 and sends the same request again, once', async () => {
    answer = (authorization) => (authorization === 'Bearer access-2' ? { body: {} } : unauthorized);
    const outcome = await send();
    assert.equal(outcome.kind, 'response');
    assert.deepEqual(
      mcp.requests.map(({ headers, body }) => [headers.authorization, body]),
      [
        ['Bearer access-1', '{"a": 1}'],
        ['Bearer access-2', '{"a": 1}'],
      ],
    );
    assert.equal(authorizationServer.requests.length, 1);
  });

  it('asks for consent after a second 401, without another refresh', async () => {
    answer = () => unauthorized;
    const outcome = await send();
    assert.ok(outcome.kind === 'consentNeeded');
    assert.deepEqual([outcome.need.kind, outcome.need.challenge?.scopes], ['signIn', ['repo:read']]);
    assert.equal(mcp.requests.length, 2);
    assert.equal(authorizationServer.requests.length, 1);
    assert.equal(await status(), 'expired');
  });

  const bobs = () =>
    credentialFor(server().url, authorizationServer.origin, window.shared.clock, {
      id: 'sign-in-2',
      account: { id: 'bob', label: 'bob@example.org' },
    });
  const ofAlice = async () => ({ user: actorOf(await window.credentials.get(server().url)) });

  it("sends nothing for an account other than the session's", async () => {
    const session = await ofAlice();
    assert.equal((await send(server(), { session })).kind, 'response');
    await window.credentials.put(bobs());
    await window.credentials.use(server().url, accountKeyOf(bobs()));
    assert.deepEqual(await send(server(), { session }), { kind: 'otherAccount' });
    for (const { url } of [server(), server()]) await window.credentials.remove(url);
    assert.deepEqual(await send(server(), { session }), { kind: 'otherAccount' });
    assert.equal(mcp.requests.length, 1);
  });

  it("keeps the sender's account after a 401, even if another account becomes current", async () => {
    const session = await ofAlice();
    const refused = answer;
    let isBobUsed: Promise<void> | undefined;
    answer = () => {
      answer = refused;
      isBobUsed = window.credentials
        .put(bobs())
        .then(() => window.credentials.use(server().url, accountKeyOf(bobs())));
      return unauthorized;
    };
    const outcome = await send(server(), { session });
    assert.ok(outcome.kind === 'response');
    assert.equal(outcome.credential?.account?.id, 'alice');
    await isBobUsed;
    assert.deepEqual(await send(server(), { session }), { kind: 'otherAccount' });
  });

  it('uses the account that the request names, current or not', async () => {
    const accessToken = new Redacted('access-of-bob');
    const bob = { ...bobs(), tokens: { ...bobs().tokens, accessToken } };
    await window.tokens.current(server());
    await window.credentials.put(bob);
    await send(server(), {});
    await send(server(), { account: accountKeyOf(bob) });
    assert.deepEqual(
      mcp.requests.map(({ headers }) => headers.authorization),
      ['Bearer access-1', 'Bearer access-of-bob'],
    );
  });

  it("does not treat another user's sign-in as a renewal after a 401", async () => {
    const session = await ofAlice();
    const { tokens, ...bob } = bobs();
    await window.tokens.current(server());
    const storage = window.credentials;
    const accessToken = new Redacted('access-of-bob');
    const alice = (await storage.get(server().url)) ?? assert.fail();
    answer = () => {
      void storage.put({ ...bob, tokens: { ...tokens, accessToken } }, alice);
      return unauthorized;
    };
    assert.deepEqual(await send(server(), { session }), { kind: 'otherAccount' });
    assert.deepEqual(
      mcp.requests.map(({ headers }) => headers.authorization),
      ['Bearer access-1'],
    );
  });

  it('asks for consent at once if no account is signed in', async () => {
    await window.credentials.remove(server().url);
    answer = () => unauthorized;
    const outcome = await send();
    assert.ok(outcome.kind === 'consentNeeded');
    assert.equal(mcp.requests.length, 1);
    assert.equal(await status(), 'signedOut');
  });

  it('asks for no consent while the authorization server is unreachable, and reports that', async () => {
    answer = () => unauthorized;
    await authorizationServer.close();
    const outcome = await send();
    assert.ok(outcome.kind === 'failed');
    assert.ok(outcome.detail.includes(new URL(authorizationServer.origin).host), outcome.detail);
    assert.equal(mcp.requests.length, 1);
    const { tokens } = (await window.credentials.reread(server().url)) ?? assert.fail();
    assert.equal(tokens.refreshToken?.expose(), 'refresh-1');
  });

  for (const [what, refusal] of [
    ['does not know the client', { status: 401, body: { error: 'invalid_client' } }],
    ['responds with a page', { body: '<html>' }],
    ['returns no token', { body: {} }],
  ] as const) {
    it(`does not report a network error if the authorization server ${what}`, async () => {
      answer = () => unauthorized;
      refreshed = refusal;
      const outcome = await send();
      assert.ok(outcome.kind === 'failed');
      assert.ok(outcome.detail.includes(new URL(authorizationServer.origin).host), outcome.detail);
      assert.equal(await status(), 'misconfigured');
    });
  }

  for (const [what, fault, name] of [
    ['the lock cannot be acquired', Object.assign(new Error('held'), { name: 'LockTimeout' }), 'LockTimeout'],
    ['the storage cannot be written', Object.assign(new Error('no'), { code: 'EACCES' }), 'EACCES'],
  ] as const) {
    it(`reports a fault of this machine and not of the server if ${what}`, async () => {
      window.shared.clock.advance(301_000);
      const before = await status();
      window.shared.lock.hold = () => Promise.reject(fault);
      const outcome = await send();
      assert.ok(outcome.kind === 'failed');
      assert.equal(
        outcome.detail,
        `The stored sign-in for server could not be read or renewed on this machine (${name}).`,
      );
      assert.equal(await status(), before);
      assert.equal(mcp.requests.length + authorizationServer.requests.length, 0);
      assert.ok(window.shared.log.lines.includes(outcome.detail));
    });
  }

  it('releases a rejected response before it requests another token', async () => {
    const order: string[] = [];
    const body = new ReadableStream({ cancel: () => void order.push('let go') }, { highWaterMark: 0 });
    const { tokens, states, shared } = window;
    tokens.after401 = () => {
      order.push('asked');
      return Promise.reject(new Error('no lock'));
    };
    const refusing = () => Promise.resolve(new Response(body, { status: 401 }));
    await new AuthorizedFetch(tokens, states, refusing, shared.log).send(server(), {
      method: 'GET',
      headers: new Headers(),
      signal: new AbortController().signal,
    });
    assert.deepEqual(order, ['let go', 'asked']);
  });

  it('ends when its caller cancels, which is not reported as a fault of the server', async () => {
    answer = () => ({ hang: true });
    const abort = new AbortController();
    const reason = new Error('the caller left');
    const sending = send(server(), { signal: abort.signal });
    abort.abort(reason);
    await assert.rejects(sending, reason);
    assert.equal(await status(), 'ready');
  });
});
