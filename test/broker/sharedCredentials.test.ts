import assert from 'node:assert/strict';
import { CredentialStore } from '../../src/broker/credentialStore.js';
import type { SharedRecord, SharedRecords } from '../../src/broker/ports.js';
import { credentialFor } from './brokerWindow.js';
import { ManualClock } from './manualClock.js';
import { MemoryLog, MemorySecrets } from './memoryStores.js';
import { Redacted } from '../../src/oauth/redacted.js';

const url = 'https://mcp.example/mcp';

/** What all tabs see; a tab whose key differs cannot open what another sealed. */
class SharedMemory {
  readonly records = new Map<string, Required<SharedRecord> & { readonly key: string }>();

  seenWith(key: string): SharedRecords {
    return {
      read: (name) => {
        const record = this.records.get(name);
        if (record === undefined) return Promise.resolve(undefined);
        const { generation, text } = record;
        return Promise.resolve(record.key === key ? { generation, text } : { generation });
      },
      write: (name, record) => {
        this.records.set(name, { ...record, key });
        return Promise.resolve();
      },
    };
  }
}

/** Tabs of a web editor: each has a secret storage of its own, which never hears of the others. */
describe('credentials of tabs that do not see each other’s secrets', () => {
  const clock = new ManualClock();
  const tab = (shared: SharedMemory, key = 'key') =>
    new CredentialStore(new MemorySecrets(), new MemoryLog(), shared.seenWith(key));
  const signedIn = (accessToken: string) =>
    credentialFor(url, 'https://login.example', clock, {
      tokens: { accessToken: new Redacted(accessToken) },
    });

  it('are the newest ones, whichever tab stored them', async () => {
    const shared = new SharedMemory();
    const [first, second] = [tab(shared), tab(shared)];
    await first.put(signedIn('one'));
    await second.put(signedIn('two'));
    assert.equal((await first.reread(url))?.tokens.accessToken.expose(), 'two');
  });

  it('are gone in every tab once one has signed out', async () => {
    const shared = new SharedMemory();
    const [first, second] = [tab(shared), tab(shared)];
    await first.put(signedIn('one'));
    await second.reread(url);
    await second.remove(url);
    assert.equal(await first.reread(url), undefined);
  });

  it('are not refreshed from an older generation where the newer one cannot be opened', async () => {
    const shared = new SharedMemory();
    const [first, second] = [tab(shared, 'key'), tab(shared, 'another key')];
    await first.put(signedIn('one'));
    await second.put(signedIn('two'));
    const seen = await first.reread(url);
    assert.equal(seen?.tokens.accessToken.expose(), 'one');
    assert.equal(seen.tokens.refreshToken, undefined);
  });
});
