import assert from 'node:assert/strict';
import { answer } from './userInBrowser.js';
import { Scene } from './scene.js';

describe('the resources and prompts of a signed-out server', () => {
  let scene: Scene;
  before(async () => {
    scene = await Scene.set();
    await scene.signIn('repositories');
    // The editor starts the server with the first prompt, and reads its resources when a user browses them.
    await scene.prompt('list my branches');
    await scene.chat.waitForAnswer('Done: main');
    await scene.window.runCommand('MCP: Browse Resources...');
    await scene.window.seeRow('README.md');
    await scene.window.page.keyboard.press('Escape');
  });
  beforeEach(() => scene.signOut('repositories'));
  after(() => scene.end());

  /** Accepts the notification and completes the browser's pages. */
  async function consentTo(what: string): Promise<void> {
    const { window } = scene;
    const notification = window.notification(`needs you to sign in for ${what}`);
    const text = await notification.innerText();
    for (const named of ['repositories', 'repo:read', scene.authorizationServer]) {
      assert.ok(text.includes(named), `the notification does not name ${named}: ${text}`);
    }
    const page = await window.pageOpenedBy(() => window.clickNotification(what, 'Sign In'));
    await answer(page, window);
  }

  it('include a resource that opens after the notification was accepted', async () => {
    const { window } = scene;
    await window.runCommand('MCP: Browse Resources...');
    await window.pick('README.md');
    await consentTo('the resource repo://HEAD');
    await window.page.locator('.editor-instance').getByText('Demo repository').waitFor();
  });

  it('include a prompt that is inserted after the notification was accepted, and typing requests nothing', async () => {
    const { window, chat } = scene;
    await scene.clearTheWay();
    await chat.startAnew();
    await chat.type('/mcp.repositories.name');
    await window.page.locator('.suggest-widget').getByText('name_branch').first().click();
    await window.enter('Value for: task', 'fix the login');
    await consentTo('the prompt name_branch');
    await chat.inputHolds('Suggest a short branch name for: fix the login');
  });
});
