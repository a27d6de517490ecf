import assert from 'node:assert/strict';
import { CredentialStore } from '../../src/broker/accounts/credentialStore.js';
import { TombstonePruning } from '../../src/broker/accounts/tombstonePruning.js';
import { Emitter } from '../../src/base/event.js';
import { InMemoryRecords } from '../../src/broker/agents/agentAdmissions.js';
import { credentialFor } from './brokerWindow.js';
import { ManualClock } from './manualClock.js';
import { MemoryLog, MemorySecrets } from './memoryStores.js';

const url = 'https://mcp.example/mcp';
const place = `${url}#agent-1`;

describe('the mark of an ended sign-in', () => {
  const clock = new ManualClock();
  let secrets: MemorySecrets;
  let disk: InMemoryRecords;
  let store: CredentialStore;
  let changed: Emitter<undefined>;
  let urls: string[];
  let pruning: TombstonePruning | undefined;
  beforeEach(async () => {
    [secrets, disk, changed] = [new MemorySecrets(), new InMemoryRecords(), new Emitter()];
    urls = [url];
    store = windowOver(disk);
    for (const serverUrl of [url, place]) {
      await store.put(credentialFor(serverUrl, 'https://login.example', clock, { id: `of ${serverUrl}` }));
      await store.remove(serverUrl);
    }
  });
  afterEach(() => {
    pruning?.dispose();
    store.dispose();
  });

  const windowOver = (records: InMemoryRecords) =>
    new CredentialStore(secrets, new MemoryLog(), records, true);
  const marks = () => [...secrets.entries].filter(([, text]) => text.includes('"removed"')).length;
  const open = (keys?: () => Promise<readonly string[]>) => {
    const settings = {
      get urls() {
        return urls;
      },
      onDidChange: changed.event,
    };
    pruning = new TombstonePruning({ credentials: store, secrets: { ...(keys && { keys }) }, settings });
    return pruning.settled;
  };
  const keys = () => Promise.resolve([...secrets.entries.keys()]);

  it('is kept while its server is in the settings', async () => {
    await open(keys);
    changed.fire(undefined);
    await pruning?.settled;
    assert.equal(marks(), 2);
  });

  it('is removed when its server leaves the settings', async () => {
    await open();
    urls = [];
    changed.fire(undefined);
    await pruning?.settled;
    // Without a list of keys, agents' records are found at a later start.
    assert.equal(marks(), 1);
  });

  it('is removed at the start if its server was removed while no window was open', async () => {
    urls = [];
    await open(keys);
    assert.equal(marks(), 0);
  });

  it('is removed without the active sign-in of the same server', async () => {
    await store.put(credentialFor(url, 'https://login.example', clock, { id: 'alive' }));
    urls = [];
    await open(keys);
    assert.equal((await store.get(url))?.id, 'alive');
  });

  it('is removed without the data that identifies a copy of the sign-in on another machine’s disk', async () => {
    const elsewhere = new InMemoryRecords();
    const other = windowOver(elsewhere);
    await other.put(credentialFor(url, 'https://login.example', clock, { id: 'later' }));
    await store.reread(url);
    await store.remove(url);
    other.dispose();
    urls = [];
    await open(keys);
    const again = windowOver(elsewhere);
    assert.equal(await again.get(url), undefined);
    // A new sign-in is newer than the removed one on every disk.
    await store.put(credentialFor(url, 'https://login.example', clock, { id: 'newest' }));
    assert.equal((await again.reread(url))?.id, 'newest');
    again.dispose();
  });
});
