import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import type { AccountAnswer } from '../../src/broker/accounts/accountChoice.js';
import type { SignInAttempt } from '../../src/broker/signIn/signInAttempt.js';
import type { Fetch } from '../../src/oauth/httpContext.js';
import { bob } from '../demo/people.js';
import { UserBrowser } from '../demo/user.js';
import { closeServers, scriptedServer } from '../oauth/scriptedServer.js';
import { consentFacts } from '../../src/broker/signIn/consentPrompt.js';
import { preRegisteredClientId } from '../demo/authorizationServer.js';
import { ClientStore } from '../../src/broker/clients/clientStore.js';
import { credentialFor } from './brokerWindow.js';
import { startRelayWorld, type RelayWorld } from '../relay/relayWorld.js';

describe('a sign-in', () => {
  let stage: RelayWorld;
  /** Intercepts requests between the broker and the network. */
  let network: Fetch;
  beforeEach(async () => {
    network = fetch;
    stage = await startRelayWorld({ fetch: (url, init) => network(url, init) });
  });
  afterEach(async () => {
    await stage.close();
    await closeServers();
  });

  const server = () => stage.server('repositories');
  const begin = (deadline = 60_000) => stage.broker.signIns.begin(server(), { deadline });
  const launch = async (attempt: SignInAttempt) => (await attempt.launchPage()).address;
  const stored = () => stage.broker.credentials.reread(server().url);
  const events = (kind: 'token' | 'registration' | 'authorization') =>
    stage.world.authorizationServer.eventsOf(kind).length;
  /** Goes through the pages and returns the parameters of the callback. */
  const callbackOf = async (attempt: SignInAttempt) =>
    (await stage.signInPages(await launch(attempt))).searchParams;
  const deliver = (callback: URLSearchParams) => stage.broker.callbacks.deliver(callback);

  it('stores tokens, the account’s name and the status ready', async () => {
    const attempt = begin();
    assert.equal(await stage.status('repositories'), 'awaitingConsent');
    await stage.consent(await launch(attempt));
    const outcome = await attempt.outcome;
    assert.ok(outcome.kind === 'signedIn');
    assert.deepEqual(outcome.credential.account, { id: 'user-alice', label: 'alice@example.org' });
    assert.equal((await stored())?.id, outcome.credential.id);
    assert.equal(outcome.credential.tokens.idToken, undefined);
    assert.equal(await stage.status('repositories'), 'ready');
  });

  it('sends no request until the browser opens its page', async () => {
    await launch(begin());
    assert.equal(stage.world.authorizationServer.requests.length, 0);
    assert.equal(stage.world.repositories.http.requests.length, 0);
  });

  it('is shared: further requests for the same consent join it', async () => {
    const attempt = begin();
    assert.equal(begin(), attempt);
    assert.notEqual(stage.broker.signIns.begin(stage.server('reports'), { deadline: 1 }), attempt);
    attempt.cancel();
    await attempt.outcome;
    assert.notEqual(begin(), attempt);
  });

  it('closes its page when it is cancelled, and its callback changes nothing', async () => {
    const attempt = begin();
    const callback = await callbackOf(attempt);
    const second = await launch(attempt);
    attempt.cancel();
    assert.deepEqual(await attempt.outcome, { kind: 'cancelled' });
    assert.equal(deliver(callback), false);
    assert.equal((await fetch(second)).status, 404);
    assert.equal(await stored(), undefined);
    assert.equal(events('token'), 0);
    assert.notEqual(await stage.status('repositories'), 'awaitingConsent');
  });

  it('ends at its deadline, and its callback changes nothing', async () => {
    const attempt = begin(30_000);
    const callback = await callbackOf(attempt);
    stage.clock.advance(29_999);
    assert.equal(attempt.phase, 'waitingForConsent');
    stage.clock.advance(1);
    assert.deepEqual(await attempt.outcome, { kind: 'timedOut' });
    assert.equal(deliver(callback), false);
    assert.equal(await stored(), undefined);
  });

  it('continues in a second tab when the first was closed', async () => {
    const attempt = begin();
    await (await fetch(await launch(attempt), { redirect: 'manual' })).text();
    await stage.consent(await launch(attempt));
    assert.equal((await attempt.outcome).kind, 'signedIn');
  });

  it('ends with the tab whose callback arrives first, and ignores the other’s', async () => {
    const attempt = begin();
    const first = await callbackOf(attempt);
    const second = await callbackOf(attempt);
    assert.equal(deliver(first), true);
    assert.equal((await attempt.outcome).kind, 'signedIn');
    const before = await stored();
    assert.equal(deliver(second), false);
    assert.equal((await stored())?.id, before?.id);
    assert.equal(events('token'), 1);
  });

  it('opens each address once, and other kinds of request do not use it up', async () => {
    const address = await launch(begin());
    for (const method of ['HEAD', 'POST']) {
      assert.equal((await fetch(address, { method, redirect: 'manual' })).status, 404);
    }
    assert.equal((await fetch(address.replace('/sign-in/', '/sign-in/x'))).status, 404);
    const visit = await fetch(address, { redirect: 'manual' });
    assert.equal(visit.status, 302);
    assert.equal(visit.headers.get('cache-control'), 'no-store, no-transform');
    assert.equal(visit.headers.get('referrer-policy'), 'no-referrer');
    const soon = await fetch(address, { redirect: 'manual' });
    assert.deepEqual([soon.status, soon.headers.get('location')], [200, null]);
    stage.clock.advance(10_000);
    const again = await fetch(address, { redirect: 'manual' });
    assert.equal(again.status, 404);
    assert.match(await again.text(), /no longer works/);
  });

  for (const [what, forge] of [
    ['another', (callback: URLSearchParams) => callback.set('iss', 'https://evil.example')],
    ['a longer', (callback: URLSearchParams) => callback.set('iss', `${callback.get('iss')}/`)],
    ['no', (callback: URLSearchParams) => callback.delete('iss')],
  ] as const) {
    it(`rejects a callback with ${what} iss, and sends its code nowhere`, async () => {
      const attempt = begin();
      const callback = await callbackOf(attempt);
      forge(callback);
      assert.equal(deliver(callback), true);
      const outcome = await attempt.outcome;
      assert.ok(outcome.kind === 'failed');
      assert.equal(outcome.error.code, 'callbackIssuerMismatch');
      assert.equal(events('token'), 0);
      assert.ok(!stage.world.authorizationServer.requests.some(({ path }) => path === '/token'));
      assert.equal(await stored(), undefined);
      assert.equal(await stage.status('repositories'), 'misconfigured');
    });
  }

  it('ignores a callback with a foreign state and continues with its own', async () => {
    const attempt = begin();
    const callback = await callbackOf(attempt);
    const stranger = new URLSearchParams(callback);
    stranger.set('state', 'x'.repeat(43));
    assert.equal(deliver(stranger), false);
    assert.equal(attempt.phase, 'waitingForConsent');
    assert.equal(deliver(callback), true);
    assert.equal((await attempt.outcome).kind, 'signedIn');
  });

  it('ignores its own callback the second time', async () => {
    const attempt = begin();
    const callback = await callbackOf(attempt);
    assert.equal(deliver(callback), true);
    assert.equal(deliver(callback), false);
    assert.equal((await attempt.outcome).kind, 'signedIn');
    assert.equal(deliver(callback), false);
    assert.equal(events('token'), 1);
    assert.equal(stage.world.authorizationServer.eventsOf('revoked').length, 0);
  });

  it('fails if the code belongs to another sign-in, and stores nothing', async () => {
    const attempt = begin();
    const callback = await callbackOf(attempt);
    const elsewhere = stage.broker.signIns.begin(stage.server('reports'), { deadline: 60_000 });
    callback.set('code', (await callbackOf(elsewhere)).get('code') ?? '');
    deliver(callback);
    const outcome = await attempt.outcome;
    assert.ok(outcome.kind === 'failed');
    assert.equal(outcome.error.code, 'tokenRequestRefused');
    assert.equal(await stored(), undefined);
  });

  it('is declined, not failed, if the user denies it', async () => {
    const attempt = begin();
    await stage.consent(await launch(attempt), { consent: 'deny' });
    assert.equal((await attempt.outcome).kind, 'declined');
    const { status, lastAttempt } = await stage.broker.states.statusOf(server());
    assert.deepEqual([status, lastAttempt?.kind], ['signedOut', 'declined']);
    assert.match(lastAttempt?.detail ?? '', /^Access was denied at .*[^.]\.$/);
    assert.equal(await stored(), undefined);
    // The next success replaces it.
    const next = begin();
    await stage.consent(await launch(next));
    assert.equal((await next.outcome).kind, 'signedIn');
    const after = await stage.broker.states.statusOf(server());
    assert.deepEqual([after.status, after.lastAttempt], ['ready', undefined]);
  });

  it('asks before it replaces the signed-in account, and keeps it after a denial', async () => {
    await stage.signIn('repositories');
    const before = await stored();
    const attempt = begin();
    await stage.consent(await launch(attempt), { ...bob, browser: new UserBrowser() });
    const outcome = await attempt.outcome;
    assert.ok(outcome.kind === 'declined');
    assert.match(outcome.detail, /signed in bob@example\.org, but alice@example\.org was kept/);
    assert.deepEqual(stage.accountChanges, ['alice@example.org → bob@example.org']);
    assert.equal((await stored())?.id, before?.id);
  });

  it('accepts the other account after approval, and does not ask about the same one', async () => {
    await stage.signIn('repositories');
    stage.onAccountChange = () => Promise.resolve('new');
    await stage.signIn('repositories', { ...bob, browser: new UserBrowser() });
    assert.equal((await stored())?.account?.label, 'bob@example.org');
    await stage.signIn('repositories', { ...bob, browser: new UserBrowser() });
    assert.equal(stage.accountChanges.length, 1);
  });

  it('stores nothing if it times out while the user is asked about the account', async () => {
    await stage.signIn('repositories');
    const before = await stored();
    const asked = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<AccountAnswer>();
    stage.onAccountChange = () => {
      asked.resolve();
      return answer.promise;
    };
    const attempt = begin();
    await stage.consent(await launch(attempt), { ...bob, browser: new UserBrowser() });
    await asked.promise;
    stage.clock.advance(60_000);
    answer.resolve('new');
    assert.deepEqual(await attempt.outcome, { kind: 'timedOut' });
    // All pending work has run after one turn of the event loop.
    await setImmediate();
    assert.equal((await stored())?.id, before?.id);
  });

  it('sends the browser nowhere if it is cancelled during preparation', async () => {
    const attempt = begin();
    network = async (url, init) => {
      const response = await fetch(url, init);
      if (!url.endsWith('/reg')) return response;
      const registered = await response.text();
      attempt.cancel();
      return new Response(registered, { status: response.status, headers: response.headers });
    };
    const visit = await fetch(await launch(attempt), { redirect: 'manual' });
    assert.equal(visit.status, 502);
    assert.match(await visit.text(), /This sign-in has ended\. Start again from the editor/);
    assert.ok(!stage.log.lines.some((line) => line.includes('failed to answer')));
  });

  it('explains in the browser and in its error why it could not begin', async () => {
    stage.world.authorizationServer.fault = 'serverError';
    const attempt = begin();
    const visit = await fetch(await launch(attempt), { redirect: 'manual' });
    const outcome = await attempt.outcome;
    assert.ok(outcome.kind === 'failed');
    assert.equal(visit.status, 502);
    const page = await visit.text();
    assert.match(page, /The sign-in to repositories couldn’t start/);
    assert.ok(page.includes(new URL(stage.world.authorizationServer.issuer).host));
  });

  it('logs an unexpected failure by name, and reports no fault of the server', async () => {
    await stage.signIn('repositories');
    const before = await stage.status('repositories');
    const attempt = begin();
    const callback = await callbackOf(attempt);
    stage.secrets.set = () => Promise.reject(Object.assign(new Error('a secret'), { code: 'EACCES' }));
    deliver(callback);
    const outcome = await attempt.outcome;
    assert.ok(outcome.kind === 'failed');
    assert.deepEqual([outcome.error.code, outcome.error.details.fix], ['unexpected', 'Show the log.']);
    assert.ok(stage.log.lines.some((line) => line.includes('failed unexpectedly (EACCES)')));
    assert.ok(!stage.log.lines.some((line) => line.includes('a secret')));
    assert.equal(await stage.status('repositories'), before);
  });

  it("requests the scopes of the challenge and those that return the account's name", async () => {
    const attempt = begin();
    const visit = await fetch(await launch(attempt), { redirect: 'manual' });
    const asked = new URL(visit.headers.get('location') ?? '').searchParams;
    assert.deepEqual(asked.get('scope')?.split(' ').sort(), [
      'email',
      'offline_access',
      'openid',
      'profile',
      'repo:read',
    ]);
    assert.equal(asked.get('resource'), server().url);
    assert.equal(asked.get('code_challenge_method'), 'S256');
  });

  it('uses a configured client ID only at the issuer of the present sign-in', async () => {
    const oauth: { clientId: string; authorizationServer?: string } = { clientId: 'by-hand' };
    const byHand = { ...server(), oauth };
    const issuer = 'https://as.example';
    await stage.broker.credentials.put(
      credentialFor(byHand.url, issuer, stage.clock, {
        client: { clientId: 'by-hand', authMethod: 'none', source: 'preRegistered', redirectUris: [] },
      }),
    );
    const visit = async () => {
      const attempt = stage.broker.signIns.begin(byHand, { deadline: 60_000 });
      const { status } = await fetch(await launch(attempt), { redirect: 'manual' });
      if (status === 302) attempt.cancel();
      return { status, outcome: await attempt.outcome };
    };
    const { status, outcome } = await visit();
    assert.equal(status, 502);
    assert.ok(outcome.kind === 'failed');
    assert.equal(outcome.error.code, 'clientOfAnotherIssuer');
    for (const named of [issuer, stage.world.authorizationServer.issuer]) {
      assert.ok(outcome.error.message.includes(named), outcome.error.message);
    }
    // The rule also holds after a sign-out. Otherwise, the server could name another issuer then.
    await new ClientStore(stage.secrets, stage.clock).rememberIssuer(byHand.url, 'by-hand', issuer);
    await stage.broker.credentials.remove(byHand.url);
    assert.equal((await visit()).status, 502);
    byHand.oauth.authorizationServer = stage.world.authorizationServer.issuer;
    assert.equal((await visit()).status, 302);
  });

  it('shows no page address if the page belongs to the authorization server', async () => {
    const facts = await consentFacts({ kind: 'signIn' }, begin(), stage.broker.credentials);
    assert.equal(facts.signInPage, undefined);
  });

  it('remembers the issuer of a configured client ID after a sign-out', async () => {
    const { issuer } = stage.world.authorizationServer;
    const byHand = { ...server(), oauth: { clientId: preRegisteredClientId } };
    const attempt = stage.broker.signIns.begin(byHand, { deadline: 60_000 });
    await stage.consent(await launch(attempt));
    assert.equal((await attempt.outcome).kind, 'signedIn');
    await stage.broker.credentials.remove(byHand.url);
    const clients = new ClientStore(stage.secrets, stage.clock);
    assert.equal(await clients.issuerOf(byHand.url, preRegisteredClientId), issuer);
    assert.equal(await clients.issuerOf(byHand.url, 'another'), undefined);
  });

  it('shows the page that the browser opens, if it does not belong to the authorization server', async () => {
    network = async (url, init) => {
      const answer = await fetch(url, init);
      if (!url.includes('/.well-known/o') || url.includes('protected-resource') || !answer.ok) return answer;
      const metadata = (await answer.json()) as object;
      return Response.json({ ...metadata, authorization_endpoint: 'https://idp.example/authorize' });
    };
    const facts = await consentFacts({ kind: 'signIn' }, begin(), stage.broker.credentials);
    assert.equal(facts.signInPage, 'idp.example');
  });

  it("sends no request to this machine because of a remote server's metadata", async () => {
    const asked: string[] = [];
    network = (url) => {
      asked.push(url);
      const headers = { 'www-authenticate': 'Bearer resource_metadata="http://127.0.0.1:9200/"' };
      return Promise.resolve(new Response(null, { status: 401, headers }));
    };
    const url = 'https://mcp.example/mcp';
    const attempt = stage.broker.signIns.begin(
      { name: 'elsewhere', url, headers: {}, oauth: {} },
      { deadline: 60_000 },
    );
    await fetch(await launch(attempt));
    const outcome = await attempt.outcome;
    assert.ok(outcome.kind === 'failed');
    assert.equal(outcome.error.code, 'addressOutOfReach');
    assert.deepEqual(asked, [url]);
  });

  it('reports that the server needs no sign-in', async () => {
    const open = await scriptedServer(() => ({ body: { jsonrpc: '2.0', id: 0, result: {} } }));
    const attempt = stage.broker.signIns.begin(
      { name: 'open', url: `${open.origin}/mcp`, headers: {}, oauth: {} },
      { deadline: 60_000 },
    );
    await fetch(await launch(attempt));
    const outcome = await attempt.outcome;
    assert.ok(outcome.kind === 'failed');
    assert.match(outcome.error.message, /none is needed/);
  });

  it('ends with the window, and leaves no pending callback', async () => {
    const attempt = begin();
    const callback = await callbackOf(attempt);
    stage.broker.signIns.dispose();
    assert.deepEqual(await attempt.outcome, { kind: 'cancelled' });
    assert.equal(deliver(callback), false);
  });
});
