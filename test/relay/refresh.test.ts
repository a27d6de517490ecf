import assert from 'node:assert/strict';
import { Redacted } from '../../src/base/redacted.js';
import { callTool, startRelayWorld, type RelayWorld } from './relayWorld.js';

/** The demo's authorization server rotates: a refresh token that is shown twice revokes the whole grant. */
describe('calls at a rotating authorization server', () => {
  let stage: RelayWorld;
  beforeEach(async () => {
    stage = await startRelayWorld();
    await stage.signIn('repositories');
  });
  afterEach(() => stage.close());

  const events = (kind: 'refresh' | 'reuse' | 'revoked' | 'token') =>
    stage.world.authorizationServer.eventsOf(kind).length;
  const staleToken = async () => {
    const { credentials } = stage.broker;
    const held = (await credentials.get(stage.server('repositories').url)) ?? assert.fail();
    await credentials.put({ ...held, tokens: { ...held.tokens, accessToken: new Redacted('stale') } });
  };
  const callAtOnce = async (count: number, windows = [stage.broker]) => {
    const clients = await Promise.all(windows.map((window) => stage.connect('repositories', window)));
    return (act: () => void | Promise<void>) =>
      Promise.resolve(act()).then(() =>
        Promise.all(
          clients.flatMap((client) => Array.from({ length: count }, () => callTool(client, 'list_branches'))),
        ),
      );
  };
  const refreshedOnce = (results: readonly { isError: boolean }[]) => {
    assert.ok(results.every(({ isError }) => !isError));
    assert.deepEqual([events('refresh'), events('reuse'), events('revoked'), events('token')], [1, 0, 0, 1]);
    assert.equal(stage.cards.length, 0);
  };

  it('refresh once ahead of the end, however many they are', async () => {
    const calls = await callAtOnce(20);
    refreshedOnce(await calls(() => stage.clock.advance(295_000)));
  });

  it('refresh once after a 401, however many they are', async () => {
    const calls = await callAtOnce(20);
    refreshedOnce(await calls(staleToken));
  });

  it('refresh once in two windows', async () => {
    const calls = await callAtOnce(5, [stage.broker, stage.openWindow()]);
    refreshedOnce(await calls(() => stage.clock.advance(295_000)));
  });

  it('refresh once in two windows after a 401', async () => {
    const calls = await callAtOnce(5, [stage.broker, stage.openWindow()]);
    refreshedOnce(await calls(staleToken));
  });

  it('ask for consent when the grant was ended elsewhere, and go on after it', async () => {
    const client = await stage.connect('repositories');
    stage.world.authorizationServer.revokeGrantOf('user-alice');
    await staleToken();
    const { isError } = await callTool(client, 'list_branches');
    assert.equal(isError, false);
    assert.equal(stage.cards.length, 1);
    assert.equal(events('token'), 2);
  });
});
