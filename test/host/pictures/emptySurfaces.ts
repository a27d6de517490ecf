import type { Surface } from './stage.js';

const steps = ['Add a server', 'Sign in once', 'Use its tools in the chat'];

export const welcome: Surface = {
  name: 'welcome',
  async take(stage) {
    const { page, album, sideBar } = stage;
    await stage.settings.change({ 'mcpOAuthBroker.servers': {} });
    await sideBar.getByText('MCP servers that need a sign-in').waitFor();
    await album.window(page, 'welcome', sideBar);
  },
};

/** Starts at the empty view, which links to the walkthrough. */
export const walkthrough: Surface = {
  name: 'walkthrough',
  async take(stage) {
    const { workbench, page, album, sideBar } = stage;
    await stage.settings.change({ 'mcpOAuthBroker.servers': {} });
    await sideBar.getByText('Get started in three steps').click();
    // Next to the chat, there is no room for the steps' pictures.
    await page.keyboard.press('Control+Alt+B');
    await stage.chatBar.waitFor({ state: 'hidden' });
    for (const [index, step] of steps.entries()) {
      await page.locator('.getting-started-step', { hasText: step }).first().click();
      await album.window(page, `walkthrough-${index + 1}`, page.locator('.part.editor'));
    }
    await page.keyboard.press('Control+Alt+B');
    await workbench.runCommand('View: Close All Editors');
  },
};
