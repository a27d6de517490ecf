import assert from 'node:assert/strict';
import { ClientStore } from '../../src/broker/clients/clientStore.js';
import type { OAuthClient } from '../../src/oauth/oauthClient.js';
import { Redacted } from '../../src/base/redacted.js';
import { ManualClock } from './manualClock.js';
import { MemorySecrets } from './memoryStores.js';

const issuer = 'https://as.example';
const redirectUri = 'vscode://publisher.broker/callback';
const client: OAuthClient = {
  clientId: 'client-1',
  authMethod: 'none',
  source: 'registered',
  redirectUris: [redirectUri],
};

describe('registered clients', () => {
  let secrets: MemorySecrets;
  let clock: ManualClock;
  let store: ClientStore;
  beforeEach(() => {
    secrets = new MemorySecrets();
    clock = new ManualClock();
    store = new ClientStore(secrets, clock);
  });

  it('persist after a restart', async () => {
    await store.put(issuer, redirectUri, client);
    assert.deepEqual(await new ClientStore(secrets, clock).get(issuer, redirectUri), client);
  });

  it('are used only at their own issuer and with their own redirect address', async () => {
    await store.put(issuer, redirectUri, client);
    for (const other of [`${issuer}/`, `${issuer}:8443`, 'https://evil.example', '']) {
      assert.equal(await store.get(other, redirectUri), undefined, other);
    }
    for (const other of [`${redirectUri}/`, 'http://127.0.0.1/callback', '']) {
      assert.equal(await store.get(issuer, other), undefined, other);
    }
  });

  it('are used until their secret expires, to the millisecond', async () => {
    const secretExpiresAt = clock.now() + 60_000;
    const clientSecret = new Redacted('the-secret');
    await store.put(issuer, redirectUri, {
      ...client,
      authMethod: 'client_secret_basic',
      clientSecret,
      secretExpiresAt,
    });
    clock.advance(59_999);
    assert.equal((await store.get(issuer, redirectUri))?.clientSecret?.expose(), 'the-secret');
    clock.advance(1);
    assert.equal(await store.get(issuer, redirectUri), undefined);
  });

  it('are absent after their removal', async () => {
    await store.put(issuer, redirectUri, client);
    await store.remove(issuer, redirectUri);
    assert.equal(await store.get(issuer, redirectUri), undefined);
    assert.equal(secrets.entries.size, 0);
  });

  it('that cannot be read are ignored, so that the next sign-in registers a client', async () => {
    await store.put(issuer, redirectUri, client);
    const [key] = secrets.entries.keys();
    for (const broken of ['', '{', '[]', '{"clientId": 7}']) {
      secrets.entries.set(key ?? '', broken);
      assert.equal(await store.get(issuer, redirectUri), undefined, broken);
    }
  });
});
