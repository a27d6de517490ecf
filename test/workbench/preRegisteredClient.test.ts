import assert from 'node:assert/strict';
import { exportJWK, exportPKCS8, generateKeyPair } from 'jose';
import { keyClientId, preRegisteredClientId } from '../demo/authorizationServer.js';
import { Scene } from './scene.js';

describe('a client ID in the settings of a server without registration', () => {
  let scene: Scene;
  let pem = '';
  let publicKey: object = {};
  before(async () => {
    const keys = await generateKeyPair('ES256', { extractable: true });
    pem = await exportPKCS8(keys.privateKey);
    publicKey = await exportJWK(keys.publicKey);
    scene = await Scene.set({
      dynamicRegistration: false,
      clientKey: publicKey,
      servers: ({ repositories, reports }) => ({
        repositories: { type: 'http', url: repositories.url, oauth: { clientId: preRegisteredClientId } },
        reports: { type: 'http', url: reports.url, oauth: { clientId: keyClientId } },
      }),
    });
  });
  after(() => scene.end());

  it('signs in through a callback on 127.0.0.1', async () => {
    await scene.signIn('repositories');
    const { authorizationServer } = scene.world;
    assert.deepEqual(
      authorizationServer.eventsOf('token').map(({ clientId }) => clientId),
      [preRegisteredClientId],
    );
    assert.ok(authorizationServer.requests.every(({ path }) => path !== '/reg'));
    await scene.prompt('list my branches');
    await scene.chat.waitForAnswer('Done: main');
  });

  it('authenticates with the key from Set Client Key…, whose public part can be copied', async () => {
    const { window, world } = scene;
    await window.runCommand('MCP OAuth: Set Client Key…');
    await window.pick('reports');
    await window.pick('Import a key');
    await window.enter('The private key, as PEM', pem.replaceAll('\n', ' '));
    await window.clickNotification('The key of reports was saved', 'Copy Public Key');
    const copied = await window.clipboard((text) => text.includes('"kty"'));
    const { kty, crv, x, y, ...rest } = JSON.parse(copied) as Record<string, unknown>;
    assert.deepEqual({ kty, crv, x, y }, publicKey);
    assert.ok(!('d' in rest), 'the private half stays where it is');
    await scene.signIn('reports');
    assert.equal(world.authorizationServer.eventsOf('token').at(-1)?.clientId, keyClientId);
  });
});
