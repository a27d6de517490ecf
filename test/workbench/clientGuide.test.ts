import assert from 'node:assert/strict';
import type { FrameLocator } from 'playwright-core';
import { preRegisteredClientId } from '../demo/authorizationServer.js';
import { alice } from '../demo/people.js';
import { answer } from './userInBrowser.js';
import { Scene } from './scene.js';

describe('a server whose authorization server registers no clients', () => {
  let scene: Scene;
  before(async () => {
    scene = await Scene.set({
      dynamicRegistration: false,
      servers: ({ repositories }) => ({ repositories: { type: 'http', url: repositories.url } }),
    });
  });
  after(async () => {
    await scene.window.runCommand('View: Close All Editors');
    await scene.end();
  });

  const frame = (): FrameLocator =>
    scene.window.page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');

  it('opens the registration page when a sign-in ends because there is no client', async () => {
    const page = await scene.beginSignIn('repositories');
    await page.getByText('Register a client at').waitFor();
    await page.close();
    await scene.window.page.bringToFront();
    await frame().getByRole('heading', { name: 'Client for repositories' }).waitFor();
    await frame().getByText('http://127.0.0.1:47113/callback', { exact: true }).waitFor();
    const shots = process.env['MCP_OAUTH_BROKER_SHOTS'];
    if (shots !== undefined) await scene.window.page.screenshot({ path: shots });
  });

  it('has its values copied, a client entered and the sign-in tested with the keyboard alone', async () => {
    const { window, world } = scene;
    await scene.clearTheWay();
    const copy = frame().getByRole('button', { name: 'Copy Redirect URI: http://127.0.0.1:47113/callback' });
    await copy.focus();
    await window.page.keyboard.press('Enter');
    await frame()
      .getByRole('status')
      .filter({ hasText: 'Copied: http://127.0.0.1:47113/callback' })
      .waitFor();
    const field = frame().getByLabel('Client ID');
    await field.focus();
    await window.page.keyboard.type(preRegisteredClientId);
    const opened = await window.pageOpenedBy(() => window.page.keyboard.press('Enter'));
    await answer(opened, window);
    await frame().getByText(`Signed in to repositories as ${alice.email}.`).waitFor();
    assert.equal(world.authorizationServer.eventsOf('token').at(-1)?.clientId, preRegisteredClientId);
    await scene.serversView.waitFor('repositories', alice.email);
    const shots = process.env['MCP_OAUTH_BROKER_SHOTS'];
    if (shots !== undefined) await scene.window.page.screenshot({ path: shots.replace('.png', '-done.png') });
  });
});
