import assert from 'node:assert/strict';
import { ClientSecrets } from '../../src/broker/clients/clientSecrets.js';
import { generateClientKey } from '../../src/oauth/clientKey.js';
import { Redacted } from '../../src/base/redacted.js';
import { flowError } from '../oauth/flowErrors.js';
import { serverAt } from './brokerWindow.js';
import { MemorySecrets } from './memoryStores.js';

const server = serverAt('https://mcp.example/mcp');
const issuer = 'https://as.example';

describe('secrets and keys of clients registered by hand', () => {
  let secrets: MemorySecrets;
  let store: ClientSecrets;
  beforeEach(() => {
    secrets = new MemorySecrets();
    store = new ClientSecrets(secrets);
  });

  it('persist after a restart, for the server and client they were entered for', async () => {
    const key = await generateClientKey('ES256');
    await store.put(server, 'client-1', new Redacted('s1'));
    await store.putKey(server, 'client-1', key);
    const again = new ClientSecrets(secrets);
    assert.equal((await again.get(server, 'client-1', issuer))?.expose(), 's1');
    const stored = await again.getKey(server, 'client-1', issuer);
    assert.deepEqual([stored?.algorithm, stored?.kid], ['ES256', key.kid]);
    assert.equal(stored?.privateJwk.expose(), key.privateJwk.expose());
    for (const [other, clientId] of [
      [server, 'client-2'],
      [serverAt('https://mcp.example/'), 'client-1'],
    ] as const) {
      assert.equal(await again.get(other, clientId, issuer), undefined);
      assert.equal(await again.getKey(other, clientId, issuer), undefined);
    }
  });

  for (const kind of ['secret', 'key'] as const) {
    const give = async () =>
      kind === 'secret'
        ? store.put(server, 'client-1', new Redacted('hunter2'))
        : store.putKey(server, 'client-1', await generateClientKey('EdDSA'));
    const take = (from: string) =>
      kind === 'secret' ? store.get(server, 'client-1', from) : store.getKey(server, 'client-1', from);

    it(`do not send a ${kind} to an issuer other than the first one`, async () => {
      await give();
      assert.ok((await take(issuer)) !== undefined);
      for (const other of ['https://evil.example', `${issuer}/`, `${issuer}:8443`]) {
        const error = await flowError('clientOfAnotherIssuer', () => take(other));
        assert.match(error.message, /belongs to https:\/\/as\.example/);
        assert.doesNotMatch(error.message, /hunter2/);
      }
      assert.ok((await take(issuer)) !== undefined);
    });

    it(`send a ${kind} to another issuer after the user enters it again`, async () => {
      await give();
      await take(issuer);
      await give();
      assert.ok((await take('https://new.example')) !== undefined);
    });

    it(`do not return a ${kind} after its removal`, async () => {
      await give();
      assert.deepEqual(
        [await store.has(server, 'client-1'), await store.hasKey(server, 'client-1')],
        [kind === 'secret', kind === 'key'],
      );
      await (kind === 'secret' ? store.remove(server, 'client-1') : store.removeKey(server, 'client-1'));
      assert.equal(await take(issuer), undefined);
      assert.equal(secrets.entries.size, 0);
    });
  }
});
