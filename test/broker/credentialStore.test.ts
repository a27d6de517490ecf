import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { CredentialStore } from '../../src/broker/accounts/credentialStore.js';
import { BrokerWindow, credentialFor, SharedStorage } from './brokerWindow.js';

const url = 'https://mcp.example/mcp';
const issuer = 'https://login.example';

describe('the credential store', () => {
  let shared: SharedStorage;
  let store: CredentialStore;
  beforeEach(() => {
    shared = new SharedStorage();
    store = new BrokerWindow(shared).credentials;
  });
  const credential = () => credentialFor(url, issuer, shared.clock);

  it('returns what was stored, also after a restart', async () => {
    await store.put(credential());
    for (const reader of [store, new BrokerWindow(shared).credentials]) {
      const read = await reader.get(url);
      assert.deepEqual({ ...read, tokens: read?.tokens.scopes }, { ...credential(), tokens: ['repo:read'] });
      assert.equal(read?.tokens.accessToken.expose(), 'access-1');
      assert.equal(read.tokens.refreshToken?.expose(), 'refresh-1');
    }
  });

  it('never returns a credential for another address', async () => {
    await store.put(credential());
    for (const other of [
      'https://mcp.example/',
      'https://mcp.example/mcp/',
      'https://mcp.example/mcp?x',
      'https://mcp.example:8443/mcp',
      'http://mcp.example/mcp',
      'https://other.example/mcp',
      '',
    ]) {
      assert.equal(await store.get(other), undefined, other);
    }
  });

  it('trusts the key that a record was stored under, not the address in the record', async () => {
    await store.put(credential());
    const [[key, record] = ['', '']] = shared.secrets.entries;
    assert.ok(!record.includes('serverUrl'));
    assert.match(key, /^credential https:\/\/mcp\.example\/mcp /);
    await shared.secrets.set('credential https://other.example/mcp', record);
    assert.equal((await store.get('https://other.example/mcp'))?.serverUrl, 'https://other.example/mcp');
  });

  for (const record of ['not JSON', '{}', '7', 'null', '{"version":2}', '{"version":1,"as":{}}']) {
    it(`keeps a record it cannot read, and reports it: ${record}`, async () => {
      const key = `credential ${url}`;
      await shared.secrets.set(key, record);
      assert.equal(await store.get(url), undefined);
      assert.equal(shared.secrets.entries.get(key), record);
      assert.match(shared.log.lines.join(), /stored sign-in for mcp\.example cannot be read; sign in again/);
    });
  }

  it('reads a record without its account, and rejects one without its token', async () => {
    await store.put(credential());
    const [[key, text] = ['', '']] = shared.secrets.entries;
    const record = JSON.parse(text) as Record<string, unknown>;
    await shared.secrets.set(key, JSON.stringify({ ...record, account: undefined }));
    assert.equal((await store.get(url))?.account, undefined);
    await shared.secrets.set(key, JSON.stringify({ ...record, tokens: { scopes: [] } }));
    assert.equal(await store.get(url), undefined);
  });

  it('notices what another window stored or removed, and reports the address', async () => {
    const other = new BrokerWindow(shared).credentials;
    assert.equal(await store.get(url), undefined);
    const told: string[] = [];
    const subscription = store.onDidChange((changed) => void told.push(changed));
    await other.put(credential());
    assert.equal((await store.get(url))?.id, 'sign-in-1');
    await other.remove(url);
    assert.equal(await store.get(url), undefined);
    subscription.dispose();
    await other.put(credential());
    assert.deepEqual(new Set(told), new Set([url]));
    // The account's record, under its own key, and its removal.
    assert.equal(told.length, 3);
  });

  it('sends one change event for its own write', async () => {
    let told = 0;
    store.onDidChange(() => {
      told++;
    });
    await store.put(credential());
    await store.remove(url);
    assert.equal(told, 2);
  });

  it('retries after a storage failure', async () => {
    await store.put(credential());
    const fresh = new CredentialStore(
      {
        ...{ set: () => Promise.resolve(), delete: () => Promise.resolve() },
        onDidChange: () => ({ dispose: () => undefined }),
        get: (key) => (failures-- > 0 ? Promise.reject(new Error('locked')) : shared.secrets.get(key)),
      },
      shared.log,
    );
    let failures = 1;
    await assert.rejects(fresh.get(url), /locked/);
    assert.equal((await fresh.get(url))?.id, 'sign-in-1');
  });

  it('prints no token of a credential', async () => {
    await store.put(credential());
    const read = await store.get(url);
    assert.doesNotMatch(inspect(read, { depth: 9 }) + JSON.stringify(read), /access-1|refresh-1/);
  });
});
