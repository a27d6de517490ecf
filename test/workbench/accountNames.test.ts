import assert from 'node:assert/strict';
import { AccountsMenu } from './accountsMenu.js';
import { answer } from './userInBrowser.js';
import { Scene } from './scene.js';

describe('an account that the server does not name', () => {
  let scene: Scene;
  before(async () => {
    scene = await Scene.set({ namesNobody: true });
  });
  after(() => scene.end());

  const listed = async () =>
    (await new AccountsMenu(scene.window).labels())
      .filter((label) => label.includes('– repositories'))
      .map((label) => label.replace(' (MCP OAuth)', ''));

  it('is named by the user, renamed, and signed in again, and has one name everywhere', async () => {
    const { window, serversView, chat } = scene;
    const page = await scene.beginSignIn('repositories');
    await answer(page, window);
    await window.seeInQuickInput('doesn’t provide an account name');
    await window.enter('doesn’t provide an account name', 'Work');
    await serversView.waitFor('repositories', 'Work');
    await window.statusItem('Work').waitFor();
    assert.deepEqual(await listed(), ['Work – repositories']);

    await window.runCommand('MCP OAuth: Rename Account…');
    await window.enter('The name is shown in this editor only', 'Home');
    await serversView.waitFor('repositories', 'Home');
    assert.deepEqual(await listed(), ['Home – repositories']);

    // The subject identifies the account, so no question is asked and the account stays in the menu.
    const again = await scene.beginSignIn('repositories');
    await answer(again, window);
    await window.notification('Signed in to repositories as Home').waitFor();
    assert.deepEqual(await listed(), ['Home – repositories']);

    await scene.prompt('list my branches');
    await chat.unfoldSteps();
    await chat.waitForAnswer('list_branches as Home');
    await scene.signOut('repositories');
  });

  it("can sign in next to a failed attempt that does not change the server's status", async () => {
    const { window, serversView } = scene;
    const page = await scene.beginSignIn('repositories');
    await answer(page, window);
    // The name persists from before the sign-out.
    await serversView.waitFor('repositories', 'Home');
    const denied = await scene.beginSignIn('repositories');
    await answer(denied, window, 'Deny');
    await window.notification('Not signed in to repositories').waitFor();
    await serversView.waitFor('repositories', 'Home');
    await window.statusItem('Home').waitFor();
    await window.clearNotifications();
    await window.page.getByRole('treeitem', { name: /^repositories: Ready; account Home/ }).click();
    await window.page.keyboard.press('ArrowRight');
    await window.page.getByRole('treeitem', { name: /last sign-in: declined/ }).waitFor();
    await window.runCommand('MCP OAuth: Dismiss Last Sign-In Result');
    await window.page
      .getByRole('treeitem', { name: /last sign-in: declined/ })
      .waitFor({ state: 'detached' });
    await scene.signOut('repositories');
  });
});
