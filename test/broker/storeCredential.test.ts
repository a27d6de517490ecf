import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import type { AccountAnswer } from '../../src/broker/accounts/accountChoice.js';
import type { Account } from '../../src/broker/accounts/credential.js';
import { storeCredential } from '../../src/broker/signIn/storeCredential.js';
import { tokenLock } from '../../src/broker/accounts/tokenLocks.js';
import { SignOuts } from '../../src/broker/signIn/signOut.js';
import { Redacted } from '../../src/base/redacted.js';
import { startRelayWorld } from '../relay/relayWorld.js';
import { BrokerWindow, credentialFor, serverAt, SharedStorage } from './brokerWindow.js';
import { MemorySecrets } from './memoryStores.js';

const server = serverAt('https://mcp.example/mcp');
const home = 'https://as.example';
const alice: Account = { id: 'alice', label: 'alice@example.org' };
const bob: Account = { id: 'bob', label: 'bob@example.org' };

/** Secret storage that holds the next write of a text that contains `word` until it is released. */
class HeldSecrets extends MemorySecrets {
  readonly reached = Promise.withResolvers<void>();
  readonly released = Promise.withResolvers<void>();
  word = '';

  override async set(key: string, value: string): Promise<void> {
    if (this.word !== '' && value.includes(this.word)) {
      this.word = '';
      this.reached.resolve();
      await this.released.promise;
    }
    await super.set(key, value);
  }
}

describe('storing a sign-in', () => {
  let secrets: HeldSecrets;
  let shared: SharedStorage;
  let window: BrokerWindow;
  let asked: string[];
  let answer: AccountAnswer;
  let whileAsked: () => Promise<void>;
  /** Metadata in addition to the required fields. */
  let metadata: object;
  beforeEach(() => {
    metadata = {};
    secrets = new HeldSecrets();
    shared = new SharedStorage(secrets);
    window = new BrokerWindow(shared);
    asked = [];
    answer = 'neither';
    whileAsked = () => Promise.resolve();
  });

  const keep = (issuer: string, account?: Account, hasEnded = () => false) => {
    const {
      as: required,
      client,
      tokens,
    } = credentialFor(server.url, issuer, shared.clock, {
      tokens: { accessToken: new Redacted('access-new') },
    });
    const as = { ...required, ...metadata };
    const resource = { resource: server.url, authorizationServers: [issuer], warnings: [] };
    const { credentials } = window;
    return storeCredential(
      {
        server,
        found: { resource },
        pending: { as, client, scopes: [] },
        tokens,
        ...(account !== undefined && { account }),
      },
      {
        ...{ credentials, lock: shared.lock, clock: shared.clock, log: shared.log },
        confirmAccountChange: async (_server, from, to) => {
          asked.push(`${from} → ${to}`);
          await whileAsked();
          return answer;
        },
      },
      hasEnded,
    );
  };
  /** Stores the existing sign-in. */
  const signedIn = async (account?: Account) => {
    const { account: _, ...anonymous } = credentialFor(server.url, home, shared.clock);
    await window.credentials.put({ ...anonymous, ...(account !== undefined && { account }) });
  };
  const storedToken = async () => (await window.credentials.reread(server.url))?.tokens.accessToken.expose();

  const stranger = 'https://stranger.example';
  for (const [what, before, issuer, account, question] of [
    ['another account', alice, home, bob, 'alice@example.org → bob@example.org'],
    ['an account without a name', alice, home, undefined, 'alice@example.org → an account without a name'],
    [
      'another issuer, even for the same name',
      alice,
      stranger,
      alice,
      'alice@example.org at https://as.example → alice@example.org at https://stranger.example',
    ],
    [
      'another issuer, if neither account has a name',
      undefined,
      stranger,
      undefined,
      'an account without a name at https://as.example → an account without a name at https://stranger.example',
    ],
  ] as const) {
    it(`asks before ${what} replaces the present one`, async () => {
      await signedIn(before);
      const refused = await keep(issuer, account);
      assert.deepEqual(asked, [question]);
      assert.equal(refused?.outcome.kind, 'declined');
      assert.equal(await storedToken(), 'access-1');
      answer = 'new';
      assert.equal((await keep(issuer, account))?.outcome.kind, 'signedIn');
      assert.equal(await storedToken(), 'access-new');
    });
  }

  it('keeps both accounts on either answer, and uses the chosen one', async () => {
    await signedIn(alice);
    const used = async () => (await window.credentials.get(server.url))?.account?.id;
    answer = 'present';
    const kept = await keep(home, bob);
    assert.ok(kept?.outcome.kind === 'signedIn');
    assert.deepEqual([kept.outcome.beside, await used()], ['alice@example.org', 'alice']);
    answer = 'new';
    const carol = await keep(home, { id: 'carol', label: 'carol@example.org' });
    assert.ok(carol?.outcome.kind === 'signedIn');
    assert.deepEqual([carol.outcome.beside, await used()], [undefined, 'carol']);
    assert.equal((await window.credentials.all(server.url)).length, 3);
    const first = (await window.credentials.all(server.url)).find(({ account }) => account?.id === 'alice');
    assert.equal(first?.tokens.accessToken.expose(), 'access-1');
  });

  it('asks again if another window signed in another account while the question was open', async () => {
    await signedIn(alice);
    answer = 'new';
    whileAsked = async () => {
      whileAsked = () => Promise.resolve();
      await signedIn({ id: 'carol', label: 'carol@example.org' });
    };
    assert.equal((await keep(home, bob))?.outcome.kind, 'signedIn');
    assert.deepEqual(asked, ['alice@example.org → bob@example.org', 'carol@example.org → bob@example.org']);
  });

  for (const [what, before, account] of [
    ['the same account', alice, { ...alice, label: 'Alice' }],
    ['an account that has got a name', undefined, alice],
    ['an account that never had one', undefined, undefined],
  ] as const) {
    it(`does not ask about ${what}`, async () => {
      await signedIn(before);
      assert.equal((await keep(home, account))?.outcome.kind, 'signedIn');
      assert.deepEqual(asked, []);
    });
  }

  it('stores only the metadata that the sign-in needs, however long the document is', async () => {
    const long = Array.from({ length: 50_000 }, (_, index) => `scope:${index}`);
    metadata = {
      scopes_supported: long,
      id_token_signing_alg_values_supported: long,
      service: 'x'.repeat(1e5),
    };
    await keep(home, alice);
    const text = [...secrets.entries.values()].join();
    assert.ok(text.length < 2000, String(text.length));
    const stored = (await window.credentials.reread(server.url)) ?? assert.fail();
    assert.deepEqual(
      [stored.as.issuer, stored.as.token_endpoint, stored.as.revocation_endpoint],
      [home, `${home}/token`, `${home}/revoke`],
    );
  });

  it('stores nothing of an attempt that was cancelled while the lock was held', async () => {
    const held = Promise.withResolvers<void>();
    let hasEnded = false;
    const holding = shared.lock.hold(tokenLock(server.url, `alice ${home}`), () => held.promise);
    const keeping = keep(home, alice, () => hasEnded);
    await setImmediate();
    hasEnded = true;
    held.resolve();
    assert.equal(await keeping, undefined);
    await holding;
    assert.equal(await storedToken(), undefined);
  });

  it('is not reverted by a refresh of the earlier sign-in', async () => {
    await signedIn(alice);
    shared.clock.advance(290_000);
    const answered = { access_token: 'access-2', token_type: 'Bearer', expires_in: 300 };
    const refreshing = new BrokerWindow(shared, () => Promise.resolve(Response.json(answered)));
    secrets.word = 'access-2';
    const refresh = refreshing.tokens.current(server);
    await secrets.reached.promise;
    const keeping = keep(home, alice);
    await setImmediate();
    secrets.released.resolve();
    await Promise.all([refresh, keeping]);
    assert.equal(await storedToken(), 'access-new');
  });

  it('succeeds if the lock cannot be acquired', async () => {
    shared.lock.hold = () => Promise.reject(new Error('held for ever'));
    assert.equal((await keep(home, alice))?.outcome.kind, 'signedIn');
    assert.equal(await storedToken(), 'access-new');
  });
});

describe('a sign-out while a sign-in is being stored', () => {
  it('leaves no account signed in', async () => {
    const stage = await startRelayWorld();
    try {
      const { broker, lock, log, secrets } = stage;
      const repositories = stage.server('repositories');
      const reached = Promise.withResolvers<void>();
      const released = Promise.withResolvers<void>();
      const set = secrets.set.bind(secrets);
      secrets.set = async (key, value) => {
        if (key.startsWith('credential ')) {
          reached.resolve();
          await released.promise;
        }
        await set(key, value);
      };
      const { credentials, states, signIns } = broker;
      const signOuts = new SignOuts(credentials, states, signIns, lock, log, { fetch });
      const attempt = signIns.begin(repositories, { deadline: 60_000 });
      const consenting = stage.consent((await attempt.launchPage()).address);
      await reached.promise;
      const signingOut = signOuts.signOut(repositories);
      await setImmediate();
      released.resolve();
      await consenting;
      assert.equal((await signingOut).kind, 'signedOut');
      assert.equal(await credentials.reread(repositories.url), undefined);
    } finally {
      await stage.close();
    }
  });
});
