import assert from 'node:assert/strict';
import { revokeUnkept } from '../../src/broker/signIn/completeSignIn.js';
import { Redacted } from '../../src/base/redacted.js';
import { bob } from '../demo/people.js';
import { UserBrowser } from '../demo/user.js';
import { startRelayWorld, type RelayWorld } from '../relay/relayWorld.js';
import { credentialFor } from './brokerWindow.js';

describe('tokens that were received and not stored', () => {
  let stage: RelayWorld;
  /** Runs between the token response and its delivery to the caller. */
  let onTokens: () => void;
  /** Resolves with the status of the first revocation. */
  let revoked: PromiseWithResolvers<number>;
  beforeEach(async () => {
    onTokens = () => undefined;
    revoked = Promise.withResolvers();
    stage = await startRelayWorld({
      fetch: async (url, init) => {
        const answer = await fetch(url, init);
        if (url.endsWith('/token')) onTokens();
        if (url.endsWith('/token/revocation')) revoked.resolve(answer.status);
        return answer;
      },
    });
  });
  afterEach(() => stage.close());

  const server = () => stage.server('repositories');
  const stored = () => stage.broker.credentials.reread(server().url);
  const consent = async (answers = {}) => {
    const attempt = stage.broker.signIns.begin(server(), { deadline: 60_000 });
    await stage.consent((await attempt.launchPage()).address, answers);
    return attempt.outcome;
  };

  it('are revoked if the user rejected the other account, and the present one stays in use', async () => {
    await stage.signIn('repositories');
    const before = await stored();
    const outcome = await consent({ ...bob, browser: new UserBrowser() });
    assert.equal(outcome.kind, 'declined');
    assert.equal(await revoked.promise, 200);
    assert.equal((await stored())?.id, before?.id);
    const client = await stage.connect('repositories');
    assert.ok((await client.listTools()).tools.length > 1);
  });

  it('are revoked if the attempt was cancelled during the code exchange', async () => {
    onTokens = () => stage.broker.signIns.running(server())?.cancel();
    assert.equal((await consent()).kind, 'cancelled');
    assert.equal(await revoked.promise, 200);
    assert.equal(await stored(), undefined);
  });

  const home = 'http://127.0.0.1:1';
  for (const [what, present, account, count] of [
    ['the present sign-in is the same account’s', home, 'alice', 0],
    ['they may be the same account’s', home, undefined, 0],
    ['they are another account’s', home, 'bob', 2],
    ['the present sign-in is at another issuer', 'http://127.0.0.1:2', 'alice', 2],
  ] as const) {
    it(`are ${count === 0 ? 'not revoked' : 'revoked'} if ${what}`, async () => {
      const { broker, clock, log } = stage;
      let revocations = 0;
      const fetch = () => {
        revocations++;
        return Promise.resolve(new Response());
      };
      await broker.credentials.put(credentialFor(server().url, present, clock));
      const { as, client, tokens } = credentialFor(server().url, home, clock);
      const pending = {
        as,
        client,
        scopes: [],
        state: 's',
        redirectUri: '',
        codeVerifier: new Redacted('v'),
      };
      await revokeUnkept(
        {
          ...{ server: server(), pending, tokens },
          ...(account !== undefined && { account: { id: account, label: account } }),
        },
        { credentials: broker.credentials, log, http: { fetch } },
      );
      assert.equal(revocations, count);
    });
  }
});
