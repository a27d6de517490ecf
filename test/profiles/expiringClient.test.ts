import assert from 'node:assert/strict';
import { ProviderWindow } from './providerWindow.js';
import { keycloak } from './providers/keycloak.js';

const lifetime = 24 * 60 * 60;

describe('a sign-in with a client whose secret expires', () => {
  let window: ProviderWindow;
  beforeEach(async () => {
    window = await ProviderWindow.open({ ...keycloak, registeredSecretLifetime: lifetime });
    assert.equal((await window.signIn()).kind, 'signedIn');
  });
  afterEach(async () => {
    assert.deepEqual(await window.close(), []);
  });

  const clientId = async () => (await window.credentials.get(window.server.url))?.client.clientId;

  it('is renewed with it until then', async () => {
    window.clock.advance((lifetime - 1) * 1000);
    assert.equal((await window.call()).kind, 'response');
    assert.equal(window.provider.asked('token').length, 2);
    assert.equal((await window.signIn()).kind, 'signedIn');
    assert.equal(await clientId(), 'registered-1');
  });

  it('ends with it, and begins again with another', async () => {
    window.clock.advance(lifetime * 1000);
    assert.equal((await window.call()).kind, 'consentNeeded');
    assert.equal(window.provider.asked('token').length, 1);
    assert.equal((await window.signIn()).kind, 'signedIn');
    assert.equal(await clientId(), 'registered-2');
    assert.equal((await window.call()).kind, 'response');
  });
});
