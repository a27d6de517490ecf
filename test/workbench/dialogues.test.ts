import assert from 'node:assert/strict';
import { alice } from '../demo/people.js';
import { answer } from './userInBrowser.js';
import { Scene } from './scene.js';

describe("the user's decisions before a sign-in", () => {
  let scene: Scene;
  before(async () => {
    scene = await Scene.set();
  });
  after(() => scene.end());

  it('Sign In with Scopes… requests the selected scopes, and the tool that needs them requests no more', async () => {
    const { window, world } = scene;
    const page = await window.pageOpenedBy(async () => {
      await window.runCommand('MCP OAuth: Sign In with Scopes…');
      await window.pick('repositories');
      await window.seeRow('repo:read');
      await window.pick('repo:write');
      await window.confirmPicks();
    });
    await answer(page, window);
    await scene.serversView.waitFor('repositories', alice.email);
    const granted = world.authorizationServer.eventsOf('token').at(-1)?.scope?.split(' ') ?? [];
    assert.ok(granted.includes('repo:write') && granted.includes('repo:read'), granted.join(' '));
    await scene.prompt('create a branch called with-scopes');
    await scene.chat.approveToolWhereAsked('Create a branch', 'Done: Created branch with-scopes');
  });
});
