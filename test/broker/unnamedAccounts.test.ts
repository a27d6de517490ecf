import assert from 'node:assert/strict';
import type { UnnamedAnswer } from '../../src/broker/accounts/accountChoice.js';
import { accountKeyOf, accountLabel, actorOf, type Account } from '../../src/broker/accounts/credential.js';
import { renameAccount } from '../../src/broker/accounts/renameAccount.js';
import { storeCredential, type ReceivedTokens } from '../../src/broker/signIn/storeCredential.js';
import { Redacted } from '../../src/base/redacted.js';
import { BrokerWindow, credentialFor, serverAt, SharedStorage } from './brokerWindow.js';

const server = serverAt('https://mcp.example/mcp');
const { url } = server;
const home = 'https://as.example';
const subject = (id: string): Account => ({ id, label: id });

const partsOf = ({ credentials, shared: { lock, clock } }: BrokerWindow) => ({ credentials, lock, clock });

describe('accounts that the server does not name', () => {
  let shared: SharedStorage;
  let window: BrokerWindow;
  let asked: (readonly string[])[];
  let answer: (keys: readonly string[]) => UnnamedAnswer;
  let signIns: number;
  beforeEach(() => {
    shared = new SharedStorage();
    window = new BrokerWindow(shared);
    asked = [];
    answer = () => 'neither';
    signIns = 0;
  });

  const signIn = async (intended: ReceivedTokens['intended'] = {}, account?: Account, isHeadless = false) => {
    shared.clock.advance(1_000);
    const { as, client, tokens } = credentialFor(url, home, shared.clock, {
      tokens: { accessToken: new Redacted(`access of sign-in ${++signIns}`) },
    });
    const kept = await storeCredential(
      {
        ...{ server, tokens, intended },
        found: { resource: { resource: url, authorizationServers: [home], warnings: [] } },
        pending: { as, client, scopes: [] },
        ...(account !== undefined && { account }),
      },
      {
        credentials: window.credentials,
        ...{ lock: shared.lock, clock: shared.clock, log: shared.log },
        confirmAccountChange: () => Promise.resolve('new'),
        ...(!isHeadless && {
          numberedAccount: (number) => `Account ${number}`,
          askWhoseSignIn: (_server, accounts) => {
            asked.push(accounts.map(accountLabel));
            return Promise.resolve(answer(accounts.map(accountKeyOf)));
          },
        }),
      },
      () => false,
    );
    return kept?.outcome;
  };
  const stored = async (of = window) => {
    const all = await of.credentials.all(url);
    return all.map((one) => `${accountLabel(one)}: ${one.tokens.accessToken.expose()}`).toSorted();
  };
  const inUse = async () => {
    const one = await window.credentials.get(url);
    return one && accountLabel(one);
  };
  const keyOf = async (name: string) => {
    const one = (await window.credentials.all(url)).find((each) => accountLabel(each) === name);
    return accountKeyOf(one ?? assert.fail(`no account ${name}`));
  };
  const rename = async (name: string, to: string) =>
    renameAccount(partsOf(window), url, await keyOf(name), to);

  it('have a default name from the first sign-in, marked as not chosen by the user', async () => {
    const outcome = await signIn();
    assert.ok(outcome?.kind === 'signedIn');
    assert.deepEqual([outcome.credential.name, outcome.hasDefaultName], ['Account 1', true]);
    assert.deepEqual(await stored(), ['Account 1: access of sign-in 1']);
  });

  it('are not named in a process without a user, and the next sign-in renews the earlier one', async () => {
    const outcome = await signIn({}, undefined, true);
    assert.ok(outcome?.kind === 'signedIn');
    assert.deepEqual([outcome.credential.name, outcome.hasDefaultName], [undefined, undefined]);
    await signIn({}, undefined, true);
    assert.deepEqual(await stored(), ['as.example: access of sign-in 2']);
  });

  it('coexist if the user chooses so, each with its own tokens', async () => {
    await signIn();
    answer = () => 'another';
    await signIn();
    assert.deepEqual(asked, [['Account 1']]);
    assert.deepEqual(await stored(), ['Account 1: access of sign-in 1', 'Account 2: access of sign-in 2']);
    assert.equal(await inUse(), 'Account 2');
    assert.deepEqual(await stored(new BrokerWindow(shared)), await stored());
  });

  it('are added without a question by a sign-in for another account', async () => {
    await signIn();
    await signIn({ anotherAccount: true });
    assert.deepEqual(asked, []);
    assert.deepEqual(await stored(), ['Account 1: access of sign-in 1', 'Account 2: access of sign-in 2']);
  });

  it('are replaced if the user chooses so, and keep their name and key', async () => {
    await signIn();
    await rename('Account 1', 'Work');
    const key = await keyOf('Work');
    const before = actorOf(await window.credentials.get(url));
    answer = ([first]) => ({ renews: first ?? '' });
    const outcome = await signIn();
    assert.ok(outcome?.kind === 'signedIn');
    assert.equal(outcome.hasDefaultName, undefined);
    assert.deepEqual(await stored(), ['Work: access of sign-in 2']);
    assert.equal(await keyOf('Work'), key);
    // The account that really signed in is unknown, so no earlier session continues.
    assert.notEqual(actorOf(await window.credentials.get(url)), before);
  });

  it('stay unchanged if the user does not answer', async () => {
    await signIn();
    const outcome = await signIn();
    assert.equal(outcome?.kind, 'declined');
    assert.deepEqual(await stored(), ['Account 1: access of sign-in 1']);
  });

  it('are renewed without a question by a sign-in that a call began for one of them', async () => {
    await signIn();
    await signIn({ anotherAccount: true });
    await signIn({ renews: true, account: await keyOf('Account 1') });
    assert.deepEqual(asked, []);
    assert.deepEqual(await stored(), ['Account 1: access of sign-in 3', 'Account 2: access of sign-in 2']);
    assert.equal(await inUse(), 'Account 2');
    await signIn({ renews: true });
    assert.deepEqual(await stored(), ['Account 1: access of sign-in 3', 'Account 2: access of sign-in 4']);
  });

  it('are distinguished by their subjects if the server returns any, without a question', async () => {
    await signIn({}, subject('4711'));
    await signIn({ anotherAccount: true }, subject('4712'));
    await signIn({}, subject('4712'));
    assert.deepEqual(asked, []);
    assert.deepEqual(await stored(), ['Account 1: access of sign-in 1', 'Account 2: access of sign-in 3']);
  });

  it("keep the user's name for them after the server names them too", async () => {
    await signIn();
    await rename('Account 1', 'Work');
    await signIn({ renews: true }, { id: '4711', label: 'alice@example.org' });
    assert.deepEqual(await stored(), ['Work: access of sign-in 2']);
    await rename('Work', '');
    assert.deepEqual(await stored(), ['alice@example.org: access of sign-in 2']);
  });

  it("take the server's name if the user has chosen none", async () => {
    await signIn();
    await signIn({ renews: true }, { id: '4711', label: 'alice@example.org' });
    assert.deepEqual(await stored(), ['alice@example.org: access of sign-in 2']);
  });
});

describe('a renamed account', () => {
  let shared: SharedStorage;
  let window: BrokerWindow;
  const alice = () => credentialFor(url, home, shared.clock);
  const bob = () =>
    credentialFor(url, home, shared.clock, {
      id: 'sign-in-2',
      account: { id: 'bob', label: 'bob@example.org' },
    });
  const rename = (name: string, of = window, credential = alice()) =>
    renameAccount(partsOf(of), url, accountKeyOf(credential), name);
  const labels = async (of = window) => (await of.credentials.all(url)).map(accountLabel).toSorted();
  beforeEach(async () => {
    shared = new SharedStorage();
    window = new BrokerWindow(shared);
    await window.credentials.put(alice());
    await window.credentials.put(bob());
  });

  it('has its name in every window, and after a restart', async () => {
    const other = new BrokerWindow(shared);
    assert.deepEqual(await labels(other), ['alice@example.org', 'bob@example.org']);
    const told: string[] = [];
    other.credentials.onDidChange((serverUrl) => told.push(serverUrl));
    assert.equal(await rename('Work'), undefined);
    for (const one of [window, other, new BrokerWindow(shared)])
      assert.deepEqual(await labels(one), ['Work', 'bob@example.org']);
    assert.ok(told.includes(url));
  });

  it('keeps the name through a refresh that had already begun', async () => {
    const used = (await window.credentials.get(url, accountKeyOf(alice()))) ?? assert.fail();
    await rename('Work');
    await window.credentials.put({
      ...used,
      tokens: { ...used.tokens, accessToken: new Redacted('access-2') },
    });
    const now = await window.credentials.get(url, accountKeyOf(alice()));
    assert.deepEqual([now?.name, now?.tokens.accessToken.expose()], ['Work', 'access-2']);
  });

  it('has the name again when it signs in after a sign-out', async () => {
    await rename('Work');
    await window.credentials.remove(url, accountKeyOf(alice()));
    assert.deepEqual(await labels(), ['bob@example.org']);
    await window.credentials.put({ ...alice(), id: 'sign-in-3' });
    assert.deepEqual(await labels(), ['Work', 'bob@example.org']);
  });

  it('loses the name when its server has left the settings and no sign-in is stored', async () => {
    await rename('Work');
    await window.credentials.prune(url);
    assert.deepEqual(await labels(), ['Work', 'bob@example.org']);
    await window.credentials.remove(url, accountKeyOf(alice()));
    await window.credentials.remove(url, accountKeyOf(bob()));
    await window.credentials.prune(url);
    assert.equal(await window.credentials.nameOf(url, accountKeyOf(alice())), undefined);
    assert.ok(![...shared.secrets.entries.values()].some((text) => text.includes('Work')));
  });

  it('has the server’s own name after the user removes the chosen one', async () => {
    await rename('Work');
    assert.equal(await rename(''), undefined);
    assert.deepEqual(await labels(), ['alice@example.org', 'bob@example.org']);
  });

  it('cannot get a name that another account of the server has', async () => {
    assert.equal(await rename('Bob@example.org'), 'taken');
    assert.equal(await rename('Alice@example.org'), undefined);
    assert.deepEqual(await labels(), ['Alice@example.org', 'bob@example.org']);
  });

  it('cannot be renamed after it is signed out', async () => {
    await window.credentials.remove(url, accountKeyOf(alice()));
    assert.equal(await rename('Work'), 'signedOut');
  });

  it('ignores a name in a changed record that no user could have typed', async () => {
    await rename('Work');
    const key = `names ${url}`;
    const text = shared.secrets.entries.get(key) ?? assert.fail();
    await shared.secrets.set(key, text.replace('Work', 'Wo\\u202erk'));
    assert.deepEqual(await labels(new BrokerWindow(shared)), ['alice@example.org', 'bob@example.org']);
  });
});
