import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { SignOuts } from '../../src/broker/signIn/signOut.js';
import { Redacted } from '../../src/base/redacted.js';
import { DpopVerification } from '../demo/dpopVerification.js';
import { callTool, startRelayWorld, type RelayWorld } from './relayWorld.js';
import { Wiretap } from './wiretap.js';

/** A real authorization server that binds tokens, and an MCP server that takes no others. */
describe('tokens bound to a key', () => {
  let proofs: DpopVerification;
  let wire: Wiretap;
  let stage: RelayWorld;
  beforeEach(async () => {
    proofs = new DpopVerification();
    proofs.nonce = 'nonce-1';
    wire = new Wiretap();
    stage = await startRelayWorld({ dpop: proofs, requireDpopNonce: true, fetch: wire.fetch });
  });
  afterEach(() => stage.close());

  const url = () => stage.server('repositories').url;
  const held = async () => (await stage.broker.credentials.reread(url())) ?? assert.fail();
  const events = (kind: 'refresh' | 'reuse' | 'token' | 'tokenRefused') =>
    stage.world.authorizationServer.eventsOf(kind).length;
  const staleToken = async () => {
    const { tokens, ...rest } = await held();
    await stage.broker.credentials.put({
      ...rest,
      tokens: { ...tokens, accessToken: new Redacted('stale') },
    });
  };
  const thumbprints = () => new Set(proofs.proven.map(({ thumbprint }) => thumbprint));

  it('are asked for, and proven on every request: calls, the stream, the end of the session', async () => {
    await stage.signIn('repositories');
    const caller = await stage.rawCaller('repositories');
    await caller.initialize();
    await caller.send({ method: 'GET' });
    await (await caller.call('tools/list')).whole();
    await caller.send({ method: 'DELETE' });
    const { tokens } = await held();
    assert.equal(tokens.tokenType, 'DPoP');
    assert.deepEqual([...thumbprints()], [await tokens.dpopKey?.thumbprint()]);
    assert.deepEqual(new Set(proofs.proven.map(({ method }) => method)), new Set(['POST', 'GET', 'DELETE']));
    assert.deepEqual(proofs.faults, ['use_dpop_nonce']);
    assert.equal(stage.world.repositories.http.sessionIds.length, 0);
    assert.equal(await stage.status('repositories'), 'ready');
  });

  it('cost one refusal at each end for its nonce, and none for a nonce that is known', async () => {
    await stage.signIn('repositories');
    const client = await stage.connect('repositories');
    for (let call = 0; call < 3; call++)
      assert.equal((await callTool(client, 'list_branches')).isError, false);
    assert.deepEqual(proofs.faults, ['use_dpop_nonce']);
    assert.equal(events('tokenRefused'), 1);
    proofs.nonce = 'nonce-2';
    assert.equal((await callTool(client, 'list_branches')).isError, false);
    assert.deepEqual(proofs.faults, ['use_dpop_nonce', 'use_dpop_nonce']);
    assert.equal(stage.cards.length, 0);
  });

  it('are refreshed with their key, the nonces known', async () => {
    await stage.signIn('repositories');
    const client = await stage.connect('repositories');
    stage.clock.advance(295_000);
    assert.equal((await callTool(client, 'list_branches')).isError, false);
    await staleToken();
    assert.equal((await callTool(client, 'list_branches')).isError, false);
    assert.deepEqual([events('refresh'), events('reuse'), events('tokenRefused')], [2, 0, 1]);
    assert.deepEqual(proofs.faults, ['use_dpop_nonce']);
    assert.equal(thumbprints().size, 1);
  });

  it('come back from storage with their key, in another window', async () => {
    await stage.signIn('repositories');
    const client = await stage.connect('repositories', stage.openWindow());
    stage.clock.advance(295_000);
    assert.equal((await callTool(client, 'list_branches')).isError, false);
    assert.equal(thumbprints().size, 1);
    assert.equal(events('refresh'), 1);
  });

  it('are had from within a call, and again with more scopes and another key', async () => {
    const client = await stage.connect('repositories');
    assert.equal((await callTool(client, 'list_branches')).isError, false);
    assert.equal((await callTool(client, 'create_branch', { name: 'one' })).isError, false);
    assert.equal(stage.cards.length, 2);
    assert.equal(thumbprints().size, 2);
  });

  it('are revoked at sign-out', async () => {
    await stage.signIn('repositories');
    const { broker, lock, log } = stage;
    const signOuts = new SignOuts(broker.credentials, broker.states, broker.signIns, lock, log, wire);
    const receipt = await signOuts.signOut(stage.server('repositories'));
    assert.ok(receipt.kind === 'signedOut');
    assert.equal(receipt.revocation.refreshToken, 'revoked');
  });

  it('leave their private key in secret storage alone', async () => {
    await stage.signIn('repositories');
    const client = await stage.connect('repositories');
    const answer = await callTool(client, 'list_branches');
    const credential = await held();
    const { d } = credential.tokens.dpopKey?.expose() ?? assert.fail();
    const shown = [
      answer,
      credential,
      stage.log.lines,
      [...stage.memory.entries],
      wire.addresses,
      wire.forms,
    ];
    assert.ok(
      !shown.some((one) => (inspect(one, { depth: 9, showHidden: true }) + JSON.stringify(one)).includes(d)),
    );
    assert.ok([...stage.secrets.entries.values()].some((text) => text.includes(d)));
  });

  it('are not asked for by a server that declares none', async () => {
    await stage.signIn('reports');
    const { tokens } = (await stage.broker.credentials.reread(stage.server('reports').url)) ?? assert.fail();
    assert.deepEqual([tokens.tokenType, tokens.dpopKey], ['Bearer', undefined]);
  });
});

describe('an authorization server that takes pushed requests only', () => {
  for (const dpop of [undefined, new DpopVerification()]) {
    it(`is signed in to, ${dpop === undefined ? 'with Bearer' : 'with bound'} tokens`, async () => {
      const bound = dpop && { dpop, requireDpopNonce: true };
      const stage = await startRelayWorld({ requirePushedRequests: true, ...bound });
      try {
        await stage.signIn('repositories');
        const client = await stage.connect('repositories');
        assert.equal((await callTool(client, 'list_branches')).isError, false);
        const paths = stage.world.authorizationServer.requests.map(({ path }) => path);
        // The nonce that the push asks for does for the token request too.
        assert.equal(paths.filter((path) => path === '/request').length, dpop === undefined ? 1 : 2);
        assert.equal(paths.filter((path) => path === '/token').length, 1);
      } finally {
        await stage.close();
      }
    });
  }
});
