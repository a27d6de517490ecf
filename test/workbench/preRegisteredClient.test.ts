import assert from 'node:assert/strict';
import { preRegisteredClientId } from '../demo/authorizationServer.js';
import { Scene } from './scene.js';

describe('a client id from the settings, where clients cannot register', () => {
  let scene: Scene;
  before(async () => {
    scene = await Scene.set({
      dynamicRegistration: false,
      servers: ({ repositories }) => ({
        repositories: { type: 'http', url: repositories.url, oauth: { clientId: preRegisteredClientId } },
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
});
