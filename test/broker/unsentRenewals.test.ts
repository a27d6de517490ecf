import assert from 'node:assert/strict';
import { CredentialStore } from '../../src/broker/accounts/credentialStore.js';
import type { Credential } from '../../src/broker/accounts/credential.js';
import { InMemoryRecords } from '../../src/broker/agents/agentAdmissions.js';
import type { SecretStore } from '../../src/base/storage.js';
import { credentialFor } from './brokerWindow.js';
import { ManualClock } from './manualClock.js';
import { MemoryLog, MemorySecrets } from './memoryStores.js';

const url = 'https://mcp.example/mcp';

/**
 * A remote machine renewed a sign-in for its agents while the client slept, and its extension host ended
 * before secret storage received any of the renewals. Its disk is then generations ahead of what the
 * client's other windows know.
 */
describe('a disk that is ahead of secret storage', () => {
  const clock = new ManualClock();
  let secrets: MemorySecrets;
  let remoteDisk: InMemoryRecords;
  let local: CredentialStore;
  let opened: CredentialStore[];

  const windowOver = (disk: InMemoryRecords, storage: SecretStore = secrets) => {
    const store = new CredentialStore(storage, new MemoryLog(), disk, true);
    opened.push(store);
    return store;
  };
  const signIn = (id: string): Credential => {
    clock.advance(1_000);
    return credentialFor(url, 'https://login.example', clock, { id, signedInAt: clock.now() });
  };

  beforeEach(async () => {
    [secrets, remoteDisk, opened] = [new MemorySecrets(), new InMemoryRecords(), []];
    local = windowOver(new InMemoryRecords());
    const first = signIn('first');
    await local.put(first);
    const asleep: SecretStore = {
      get: (key) => secrets.get(key),
      set: () => Promise.resolve(),
      delete: () => Promise.resolve(),
      onDidChange: () => ({ dispose: () => undefined }),
    };
    const remote = windowOver(remoteDisk, asleep);
    for (let renewal = 1; renewal <= 8; renewal++) {
      clock.advance(3_600_000);
      assert.ok(await remote.put({ ...first, obtainedAt: clock.now() }));
    }
    remote.dispose();
  });
  afterEach(() => {
    for (const store of opened) store.dispose();
  });

  it('does not restore a sign-in whose mark was pruned', async () => {
    await local.remove(url);
    await local.prune(url);
    assert.equal(await windowOver(remoteDisk).get(url), undefined);
  });

  it('does not replace the next sign-in with an ended one', async () => {
    await local.remove(url);
    await local.put(signIn('second'));
    assert.equal((await windowOver(remoteDisk).get(url))?.id, 'second');
  });

  it('does not restore an earlier sign-in after the next one has ended too', async () => {
    await local.remove(url);
    await local.put(signIn('second'));
    await local.remove(url);
    assert.equal(await windowOver(remoteDisk).get(url), undefined);
  });

  it('does not replace a sign-in with the one it replaced', async () => {
    await local.put(signIn('second'));
    const remote = windowOver(remoteDisk);
    const found = await remote.get(url);
    assert.equal(found?.id, 'second');
    await remote.put({ ...found, obtainedAt: clock.now() });
    assert.equal((await local.reread(url))?.id, 'second');
  });

  it('does not restore a replaced sign-in after its replacement has ended', async () => {
    await local.put(signIn('second'));
    await local.remove(url);
    assert.equal(await windowOver(remoteDisk).get(url), undefined);
  });
});

describe('a renewal that another machine stores over the next sign-in', () => {
  for (const way of ['after a sign-out', 'in its place']) {
    it(`is reverted: it was made ${way}`, async () => {
      const clock = new ManualClock();
      const secrets = new MemorySecrets();
      const stores = [new InMemoryRecords(), new InMemoryRecords()].map(
        (disk) => new CredentialStore(secrets, new MemoryLog(), disk, true),
      );
      const [local, remote] = stores as [CredentialStore, CredentialStore];
      const first = credentialFor(url, 'https://login.example', clock, { id: 'first' });
      await local.put(first);
      await remote.get(url);
      await remote.put(first);
      await local.get(url);
      // The write of the remote machine's window before it receives the next sign-in.
      const [key, text] = [...secrets.entries].find(([name]) => name.startsWith('credential ')) ?? ['', ''];
      const record = JSON.parse(text) as { readonly generation: number };
      const renewal = JSON.stringify({ ...record, generation: record.generation + 1 });
      if (way === 'after a sign-out') await local.remove(url);
      clock.advance(1_000);
      await local.put(credentialFor(url, 'https://login.example', clock, { id: 'second' }));
      await secrets.set(key, renewal);
      await local.get(url);
      await settled();
      assert.equal((await remote.reread(url))?.id, 'second');
      for (const store of stores) store.dispose();
    });
  }
});

/** A window corrects the record without a call. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
