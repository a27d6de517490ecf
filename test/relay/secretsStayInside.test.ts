import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { SignOuts } from '../../src/broker/signIn/signOut.js';
import { Redacted } from '../../src/base/redacted.js';
import { callTool, startRelayWorld, type RelayWorld } from './relayWorld.js';
import { Wiretap } from './wiretap.js';

describe('tokens, codes, verifiers and keys', () => {
  let wire: Wiretap;
  let stage: RelayWorld;
  /** Everything that a user, a model or a disk could be shown. */
  let shown: string[];
  beforeEach(async () => {
    wire = new Wiretap();
    stage = await startRelayWorld({ fetch: wire.fetch });
    shown = [];
  });
  afterEach(() => stage.close());

  const url = () => stage.server('repositories').url;
  const credential = async () => (await stage.broker.credentials.reread(url())) ?? assert.fail();
  const show = (what: unknown) =>
    void shown.push(inspect(what, { depth: 9, showHidden: true }), JSON.stringify(what));
  const staleToken = async () => {
    const held = await credential();
    const tokens = { ...held.tokens, accessToken: new Redacted('stale-access-token') };
    await stage.broker.credentials.put({ ...held, tokens });
  };

  it('appear in no log, status, message, error, address or storage', async () => {
    const client = await stage.connect('repositories');
    wire.keep('key', (await stage.broker.relay.endpointFor(stage.server('repositories'))).key.expose());
    wire.keep('key', stage.broker.relay.keyFor(stage.server('reports')).expose());
    const call = async (name: string, args = {}) => {
      const answer = await callTool(client, name, args);
      show(answer);
      return answer.isError;
    };
    stage.broker.states.onDidChange(
      () => void stage.broker.states.statusOf(stage.server('repositories')).then(show),
    );

    // Sign-in, step-up, refresh ahead of the end, refresh after a 401.
    assert.equal(await call('list_branches'), false);
    assert.equal(await call('create_branch', { name: 'one' }), false);
    stage.clock.advance(295_000);
    assert.equal(await call('list_branches'), false);
    await staleToken();
    assert.equal(await call('list_branches'), false);
    show(await credential());
    assert.equal(stage.world.authorizationServer.eventsOf('refresh').length, 2);

    // Failures: of the MCP server, of the network, of a refresh.
    const { http } = stage.world.repositories;
    for (const fault of ['forbidden', 'serverError'] as const) {
      http.fault = fault;
      assert.equal(await call('list_branches'), true);
    }
    http.fault = 'none';
    stage.world.authorizationServer.fault = 'serverError';
    await staleToken();
    assert.equal(await call('list_branches'), true);
    stage.world.authorizationServer.fault = 'none';
    stage.world.authorizationServer.revokeGrantOf('user-alice');
    stage.onCard = () => Promise.resolve('decline');
    assert.equal(await call('list_branches'), true);

    // A sign-in whose code was already used, and a code that no sign-in waits for.
    const attempt = stage.broker.signIns.begin(stage.server('repositories'), { deadline: 60_000 });
    const { searchParams } = await stage.signInPages((await attempt.launchPage()).address);
    const [used = ''] = wire.secrets.get('code') ?? [];
    wire.keep('code', searchParams.get('code') ?? '');
    wire.keep('state', searchParams.get('state') ?? '');
    searchParams.set('code', used);
    stage.broker.callbacks.deliver(searchParams);
    const failed = await attempt.outcome;
    assert.ok(failed.kind === 'failed');
    show(failed);
    show(failed.error.stack);

    // Sign-out.
    await stage.signIn('repositories');
    const { broker, lock, log } = stage;
    const signOuts = new SignOuts(broker.credentials, broker.states, broker.signIns, lock, log, wire);
    show(await signOuts.signOut(stage.server('repositories')));

    for (const name of ['bearer', 'code', 'code_verifier', 'access_token', 'refresh_token', 'id_token']) {
      assert.ok((wire.secrets.get(name)?.size ?? 0) >= 2, `${name} was on the wire`);
    }
    assert.ok(stage.log.lines.length > 8);
    show(stage.cards.map(({ message }) => message));
    show([...stage.memory.entries]);
    shown.push(...stage.log.lines, ...wire.addresses);
    for (const text of shown) assert.deepEqual(wire.foundIn(text), [], text);
  });

  it('are found by the same search in the requests that must contain them', async () => {
    await stage.signIn('repositories');
    const stored = [...stage.secrets.entries.values()].join();
    assert.ok(wire.foundIn(stored).includes('access_token'));
    assert.ok(wire.foundIn(stored).includes('refresh_token'));
    const [token = ''] = wire.secrets.get('access_token') ?? [];
    for (const text of [`a ${token} b`, encodeURIComponent(token), Buffer.from(token).toString('base64')]) {
      assert.ok(wire.foundIn(text).includes('access_token'));
    }
  });
});

describe('what the flow sends', () => {
  it('names the resource at every step, and proves the code with the verifier of its own challenge', async () => {
    const wire = new Wiretap();
    const stage = await startRelayWorld({ fetch: wire.fetch });
    try {
      const { url } = stage.server('repositories');
      const attempt = stage.broker.signIns.begin(stage.server('repositories'), { deadline: 60_000 });
      const visit = await fetch((await attempt.launchPage()).address, { redirect: 'manual' });
      const authorization = new URL(visit.headers.get('location') ?? '');
      await stage.consent(authorization.href);
      assert.equal((await attempt.outcome).kind, 'signedIn');
      stage.clock.advance(295_000);
      await callTool(await stage.connect('repositories'), 'list_branches');

      assert.equal(authorization.searchParams.get('resource'), url);
      const tokenRequests = wire.forms.filter(({ form }) => form.has('grant_type')).map(({ form }) => form);
      assert.deepEqual(
        tokenRequests.map((form) => [form.get('grant_type'), form.get('resource')]),
        [
          ['authorization_code', url],
          ['refresh_token', url],
        ],
      );
      const verifier = new TextEncoder().encode(tokenRequests[0]?.get('code_verifier') ?? '');
      const challenge = Buffer.from(await crypto.subtle.digest('SHA-256', verifier)).toString('base64url');
      assert.equal(authorization.searchParams.get('code_challenge'), challenge);
    } finally {
      await stage.close();
    }
  });
});
