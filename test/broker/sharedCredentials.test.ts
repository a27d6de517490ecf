import assert from 'node:assert/strict';
import { AccessTokens } from '../../src/broker/tokens/accessTokens.js';
import { CredentialStore } from '../../src/broker/accounts/credentialStore.js';
import type { SharedRecord, SharedRecords } from '../../src/base/storage.js';
import { ServerStates } from '../../src/broker/status/serverStates.js';
import { credentialFor, serverAt } from './brokerWindow.js';
import { ManualClock } from './manualClock.js';
import { MemoryLock, MemoryLog, MemorySecrets } from './memoryStores.js';
import { Redacted } from '../../src/base/redacted.js';

const url = 'https://mcp.example/mcp';

/** The records on one disk. Records that were sealed with another key appear absent. */
class SharedMemory {
  readonly records = new Map<string, SharedRecord>();

  seenWith(key: string): SharedRecords {
    return {
      read: (name) => Promise.resolve(this.records.get(`${key} ${name}`)),
      generation: (name) => Promise.resolve(this.records.get(`${key} ${name}`)?.generation),
      write: (name, record) => {
        this.records.set(`${key} ${name}`, record);
        return Promise.resolve();
      },
    };
  }
}

/** Tabs of a web editor each have their own secret storage, without change events from the other tabs. */
describe('credentials of tabs that do not see each other’s secrets', () => {
  const clock = new ManualClock();
  const tab = (shared: SharedMemory, key = 'key') =>
    new CredentialStore(new MemorySecrets(), new MemoryLog(), shared.seenWith(key));
  const signedIn = (accessToken: string) =>
    credentialFor(url, 'https://login.example', clock, {
      tokens: { accessToken: new Redacted(accessToken) },
    });

  it('are the newest ones, from any tab', async () => {
    const shared = new SharedMemory();
    const [first, second] = [tab(shared), tab(shared)];
    await first.put(signedIn('one'));
    await second.put(signedIn('two'));
    assert.equal((await first.reread(url))?.tokens.accessToken.expose(), 'two');
  });

  it('are removed in every tab after one tab signs out', async () => {
    const shared = new SharedMemory();
    const [first, second] = [tab(shared), tab(shared)];
    await first.put(signedIn('one'));
    await second.reread(url);
    await second.remove(url);
    assert.equal(await first.reread(url), undefined);
  });

  it('are read at the next use, with a change event, after another tab changed them', async () => {
    const shared = new SharedMemory();
    const [first, second] = [tab(shared), tab(shared)];
    await first.put(signedIn('one'));
    const told: string[] = [];
    first.onDidChange((serverUrl) => told.push(serverUrl));
    await second.put(signedIn('two'));
    const uses = await Promise.all([first.newest(url), first.newest(url)]);
    assert.deepEqual(
      uses.map((used) => used?.tokens.accessToken.expose()),
      ['two', 'two'],
    );
    assert.deepEqual(told, [url]);
    await second.remove(url);
    assert.equal(await first.newest(url), undefined);
    assert.equal(await first.get(url), undefined);
    assert.deepEqual(told, [url, url]);
  });

  it('are not read again if nothing was written, or if storage reports every write', async () => {
    const shared = new SharedMemory();
    const seen = shared.seenWith('key');
    let reads = 0;
    let questions = 0;
    const counting: SharedRecords = {
      ...seen,
      read: (name) => (reads++, seen.read(name)),
      generation: (name) => (questions++, seen.generation(name)),
    };
    const store = new CredentialStore(new MemorySecrets(), new MemoryLog(), counting);
    await store.put(signedIn('one'));
    await store.all(url);
    reads = 0;
    await store.newest(url);
    await store.newest(url);
    // One question each for the accounts, their names, an account without a name, and the present account.
    assert.deepEqual([reads, questions], [0, 8]);
    const desktop = new CredentialStore(new MemorySecrets(), new MemoryLog(), counting, true);
    await desktop.newest(url);
    await desktop.newest(url);
    assert.deepEqual([reads, questions], [4, 8]);
  });

  it('are sent by no tab after another one has signed out', async () => {
    const shared = new SharedMemory();
    const [first, second] = [tab(shared), tab(shared)];
    const states = new ServerStates(first, clock);
    const network = { fetch: () => assert.fail('nothing is to be refreshed') };
    const tokens = new AccessTokens(first, states, new MemoryLock(), clock, new MemoryLog(), network);
    await first.put(signedIn('one'));
    assert.ok((await tokens.current(serverAt(url))) !== undefined);
    await second.remove(url);
    assert.equal(await tokens.current(serverAt(url)), undefined);
  });

  it('keep their refresh token when another client signs in on the same disk', async () => {
    const shared = new SharedMemory();
    const [first, second] = [tab(shared, 'key'), tab(shared, 'another key')];
    await first.put(signedIn('one'));
    await second.put(signedIn('two'));
    const seen = await first.reread(url);
    assert.equal(seen?.tokens.accessToken.expose(), 'one');
    assert.equal(seen.tokens.refreshToken?.expose(), 'refresh-1');
  });
});
