import assert from 'node:assert/strict';
import { noAccount, RememberedAccountChoice } from '../../src/broker/accounts/accountChoice.js';
import { accountKeyOf, type Credential } from '../../src/broker/accounts/credential.js';
import { CredentialStore } from '../../src/broker/accounts/credentialStore.js';
import { SignIns } from '../../src/broker/signIn/signIns.js';
import { SignOuts } from '../../src/broker/signIn/signOut.js';
import type { SignInDependencies } from '../../src/broker/signIn/signInDependencies.js';
import { Redacted } from '../../src/base/redacted.js';
import { BrokerWindow, credentialFor, serverAt, SharedStorage } from './brokerWindow.js';
import { MemoryMemory } from './memoryStores.js';

const server = serverAt('https://mcp.example/mcp');
const { url } = server;
const issuer = 'https://login.example';

describe('several accounts of a server', () => {
  let shared: SharedStorage;
  let window: BrokerWindow;
  /** Requests that the authorization server received, oldest first, and its response to a refresh. */
  let asked: URLSearchParams[];
  let answer: (form: URLSearchParams) => Promise<Response>;
  const network = async (_url: string, init?: RequestInit) => {
    const form = new URLSearchParams(init?.body as string | URLSearchParams);
    asked.push(form);
    return answer(form);
  };
  const of = (name: string, more: Partial<Omit<Credential, 'tokens'>> = {}): Credential =>
    credentialFor(url, issuer, shared.clock, {
      id: `sign-in of ${name}`,
      account: { id: name, label: `${name}@example.org` },
      ...more,
      tokens: { accessToken: new Redacted(`access-${name}`), refreshToken: new Redacted(`refresh-${name}`) },
    });
  const keyOf = (name: string) => accountKeyOf(of(name));
  const labels = async (store = window.credentials) =>
    (await store.all(url)).map(({ account }) => account?.id ?? 'nobody').toSorted();
  const inUse = async (store = window.credentials) => (await store.get(url))?.account?.id;
  const signInBoth = async () => {
    await window.credentials.put(of('alice'));
    shared.clock.advance(1_000);
    await window.credentials.put(of('bob'));
  };
  beforeEach(() => {
    shared = new SharedStorage();
    asked = [];
    answer = () => Promise.resolve(Response.json({}, { status: 400 }));
    window = new BrokerWindow(shared, network);
  });

  it('are stored side by side and read again after a restart and in other windows', async () => {
    const other = new BrokerWindow(shared).credentials;
    assert.deepEqual(await labels(other), []);
    await signInBoth();
    for (const store of [window.credentials, other, new BrokerWindow(shared).credentials]) {
      assert.deepEqual(await labels(store), ['alice', 'bob']);
      const alice = await store.get(url, keyOf('alice'));
      assert.equal(alice?.tokens.accessToken.expose(), 'access-alice');
    }
  });

  it('start with a record stored under the address alone, which stays in its place', async () => {
    await window.credentials.put(of('alice'));
    const [text = ''] = shared.secrets.entries.values();
    const { signedInAt: _, ...record } = JSON.parse(text) as Record<string, unknown>;
    shared.secrets.entries.clear();
    await shared.secrets.set(`credential ${url}`, JSON.stringify(record));
    const store = new BrokerWindow(shared).credentials;
    assert.equal(await inUse(store), 'alice');
    await store.put(of('bob'));
    assert.deepEqual(await labels(store), ['alice', 'bob']);
    assert.equal(shared.secrets.entries.get(`credential ${url}`), JSON.stringify(record));
  });

  it('use the account that signed in last if the workspace has no choice', async () => {
    await signInBoth();
    assert.equal(await inUse(), 'bob');
    // A refresh does not count as a sign-in.
    const alice = of('alice', { signedInAt: of('bob').obtainedAt - 1_000 });
    shared.clock.advance(10_000);
    await window.credentials.put({ ...alice, obtainedAt: shared.clock.now() });
    assert.equal(await inUse(), 'bob');
  });

  it('can be chosen for each workspace, with a change event', async () => {
    await signInBoth();
    const memory = new MemoryMemory();
    const workspace = () =>
      new CredentialStore(shared.secrets, shared.log, undefined, true, new RememberedAccountChoice(memory));
    const here = workspace();
    const told: string[] = [];
    here.onDidChange((changed) => void told.push(changed));
    await here.use(url, keyOf('alice'));
    await here.use(url, keyOf('alice'));
    assert.deepEqual(told, [url]);
    for (const store of [here, workspace()]) assert.equal(await inUse(store), 'alice');
    assert.equal(await inUse(window.credentials), 'bob');
  });

  it('do not change for a workspace that has already used one', async () => {
    await window.credentials.put(of('alice'));
    await window.tokens.current(server);
    shared.clock.advance(1_000);
    await new BrokerWindow(shared).credentials.put(of('bob'));
    assert.equal((await window.tokens.current(server))?.account?.id, 'alice');
  });

  it('fall back to a remaining account when the current one is removed', async () => {
    await signInBoth();
    await window.credentials.use(url, keyOf('alice'));
    await window.credentials.remove(url, keyOf('alice'));
    assert.deepEqual([await labels(), await inUse()], [['bob'], 'bob']);
    await window.credentials.remove(url);
    assert.deepEqual([await labels(), await inUse()], [[], undefined]);
    for (const [key, text] of shared.secrets.entries)
      if (key.startsWith('credential ')) assert.doesNotMatch(text, /access-|refresh-|"account"/);
  });

  it('replace only their own earlier sign-in', async () => {
    await signInBoth();
    await window.credentials.put(of('bob', { id: 'later' }));
    assert.deepEqual(await labels(), ['alice', 'bob']);
    assert.equal((await window.credentials.get(url, keyOf('bob')))?.id, 'later');
  });

  it('are refreshed independently, at the same time, under separate locks', async () => {
    await signInBoth();
    shared.clock.advance(299_000);
    const held: string[] = [];
    const hold = shared.lock.hold.bind(shared.lock);
    shared.lock.hold = (name, work) => {
      held.push(name);
      return hold(name, work);
    };
    const both = Promise.withResolvers<void>();
    answer = async (form) => {
      if (asked.length === 2) both.resolve();
      await both.promise;
      const who = form.get('refresh_token')?.replace('refresh-', '') ?? '';
      const renewed = { access_token: `new-${who}`, refresh_token: `next-${who}`, expires_in: 300 };
      return Response.json({ ...renewed, token_type: 'Bearer' });
    };
    const renewed = await Promise.all(
      ['alice', 'bob', 'alice'].map((name) => window.tokens.current(server, keyOf(name))),
    );
    const tokens = renewed.map((credential) => credential?.tokens.accessToken.expose());
    assert.deepEqual(tokens, ['new-alice', 'new-bob', 'new-alice']);
    assert.equal(asked.length, 2);
    assert.equal(new Set(held).size, 2);
    for (const name of ['alice', 'bob']) {
      const stored = await window.credentials.reread(url, keyOf(name));
      assert.equal(stored?.tokens.refreshToken?.expose(), `next-${name}`);
    }
  });

  it('each have their own status', async () => {
    await signInBoth();
    await window.credentials.use(url, keyOf('alice'));
    const status = async (name?: string) =>
      (await window.states.statusOf(server, name === undefined ? undefined : keyOf(name))).status;
    window.states.observe(server, { kind: 'denied', by: 'server', detail: 'no' }, of('bob'));
    assert.deepEqual([await status(), await status('bob')], ['ready', 'denied']);
    // A refresh of one account keeps the state of the other.
    await window.credentials.put(of('alice'));
    assert.deepEqual([await status(), await status('bob')], ['ready', 'denied']);
    await window.credentials.use(url, keyOf('bob'));
    assert.equal(await status(), 'denied');
    window.states.observe(server, { kind: 'unreachable', detail: 'down' });
    assert.deepEqual([await status('alice'), await status('bob')], ['unreachable', 'unreachable']);
    window.states.observe(server, { kind: 'answered', authorized: true }, of('alice'));
    assert.deepEqual([await status('alice'), await status('bob')], ['ready', 'denied']);
  });

  it('are listed in the status, which names the current one', async () => {
    await window.credentials.put(of('alice'));
    assert.equal((await window.states.statusOf(server)).accounts, undefined);
    await window.credentials.put(of('bob'));
    await window.credentials.use(url, keyOf('bob'));
    const { accounts = [] } = await window.states.statusOf(server);
    assert.deepEqual(accounts.map(({ label, inUse }) => [label, inUse]).toSorted(), [
      ['alice@example.org', false],
      ['bob@example.org', true],
    ]);
  });

  /** Every revocation request succeeds. */
  const signOut = (account: string, next?: string) => {
    const { credentials, states } = window;
    const signIns = new SignIns({ credentials } as SignInDependencies, states);
    answer = () => Promise.resolve(new Response(null, { status: 200 }));
    return new SignOuts(credentials, states, signIns, shared.lock, shared.log, { fetch: network }).signOut(
      server,
      keyOf(account),
      next,
    );
  };

  it("are signed out one at a time, with revocation of that account's tokens only", async () => {
    await signInBoth();
    await window.credentials.use(url, keyOf('alice'));
    const receipt = await signOut('alice');
    assert.ok(receipt.kind === 'signedOut');
    assert.deepEqual([receipt.account, receipt.next], ['alice@example.org', 'bob@example.org']);
    assert.deepEqual(asked.map((form) => form.get('token')).toSorted(), ['access-alice', 'refresh-alice']);
    assert.deepEqual([await labels(), await inUse()], [['bob'], 'bob']);
    assert.equal((await window.states.statusOf(server)).status, 'ready');
  });

  it('switch to the account that the user chooses when the current one is signed out', async () => {
    await signInBoth();
    await window.credentials.put(of('carol'));
    await window.credentials.use(url, keyOf('alice'));
    const receipt = await signOut('alice', keyOf('bob'));
    assert.ok(receipt.kind === 'signedOut');
    assert.deepEqual([receipt.account, receipt.next], ['alice@example.org', 'bob@example.org']);
    assert.equal(await inUse(), 'bob');
  });

  it('are not used by calls if the user chose none of them at the sign-out', async () => {
    await signInBoth();
    await window.credentials.use(url, keyOf('alice'));
    const receipt = await signOut('alice', noAccount);
    assert.ok(receipt.kind === 'signedOut');
    assert.deepEqual([receipt.next, receipt.isIdle], [undefined, true]);
    assert.equal(await window.credentials.newest(url), undefined);
    const { status, signedIn, accounts } = await window.states.statusOf(server);
    assert.deepEqual([status, signedIn], ['signedOut', false]);
    assert.deepEqual(
      accounts?.map((account) => [account.label, account.inUse]),
      [['bob@example.org', false]],
    );
    await window.credentials.use(url, keyOf('bob'));
    assert.equal(await inUse(), 'bob');
  });

  it('clear the choice when the last one is signed out', async () => {
    await signInBoth();
    await signOut('bob', noAccount);
    await signOut('alice');
    await window.credentials.put(of('carol'));
    assert.equal(await inUse(), 'carol');
  });

  it('can be signed out while another one stays current', async () => {
    await signInBoth();
    await window.credentials.use(url, keyOf('alice'));
    const receipt = await signOut('bob');
    assert.ok(receipt.kind === 'signedOut');
    assert.deepEqual([receipt.account, receipt.next], ['bob@example.org', undefined]);
    assert.deepEqual([await labels(), await inUse()], [['alice'], 'alice']);
  });
});
