import type { Surface } from './stage.js';

export const addServer: Surface = {
  name: 'adding a server',
  async take({ workbench, page, album, quickInput }) {
    await workbench.runCommand('MCP OAuth: Add Server…');
    await quickInput.locator('.quick-input-box input').fill('https://mcp.example.com/mcp');
    await album.window(page, 'add-server', quickInput);
    await page.keyboard.press('Escape');
  },
};

/** Servers whose check shows how they stand, beside those that are signed in to or never asked. */
const checked = ['contracts', 'design-files', 'inventory', 'legacy', 'mailbox', 'payroll', 'weather'];

export const statuses: Surface = {
  name: 'each status',
  async take(stage) {
    const { workbench, page, album, servers, sideBar } = stage;
    for (const name of ['calendar', 'design-files', 'mailbox']) {
      const popup = await stage.begin(name);
      if (name === 'calendar') {
        await page.bringToFront();
        await workbench.notification('Signing in to calendar').waitFor();
        await album.window(page, 'notification-signing-in', workbench.notification('Signing in to'));
        await popup.bringToFront();
      }
      await stage.consent(popup);
      await popup.close();
      await stage.row(name).filter({ hasText: '@' }).waitFor();
      if (name === 'calendar' && (await workbench.notification('calendar').isVisible()))
        await album.window(page, 'notification-signed-in', workbench.notification('calendar'));
      await workbench.clearNotifications();
    }
    servers.behave('design-files', 'wantsMore');
    for (const name of checked) {
      await workbench.runCommand('MCP OAuth: Check Server…');
      await stage.choose(name);
      await workbench.notification(name).waitFor();
      if (name === 'legacy')
        await album.window(page, 'notification-misconfigured', workbench.notification(name));
      await workbench.clearNotifications();
    }
    const waiting = await stage.begin('reports');
    await page.bringToFront();
    await workbench.clearNotifications();
    await stage.row('design-files').click();
    await stage.row('Scopes missing').waitFor();
    await album.window(page, 'servers-view', sideBar);
    await album.window(page, 'status-bar-loud', page.locator('.statusbar'));
    await page
      .locator('.statusbar-item', { hasText: /Waiting for you/ })
      .first()
      .click();
    await workbench.seeRow('Add Server…');
    await album.window(page, 'status-list', stage.quickInput);
    await page.keyboard.press('Escape');
    await waiting.close();
    await workbench.runCommand('MCP OAuth: Cancel Sign-In');
    await stage.row('design-files').click();
    await stage.row('calendar').click();
    await stage.row('Scopes granted').waitFor();
    await album.window(page, 'signed-in', sideBar.locator('.title'), stage.row('Address'));
    await stage.row('calendar').click();
  },
};

export const diagnosis: Surface = {
  name: 'the diagnosis',
  async take({ workbench, page, album }) {
    for (const name of ['legacy', 'calendar']) {
      await workbench.runCommand('MCP OAuth: Diagnose Server…');
      await workbench.pick(name);
      await page.locator('.tab', { hasText: name }).first().waitFor();
      await album.window(page, `diagnosis-${name}`, page.locator('.part.editor'));
      await workbench.runCommand('View: Close All Editors');
    }
  },
};

export const accounts: Surface = {
  name: 'the accounts menu',
  async take({ page, album }) {
    await page.locator('.activitybar').getByRole('button', { name: 'Accounts' }).click();
    const menu = page.locator('.monaco-menu').first();
    await menu.waitFor();
    await album.window(page, 'accounts-menu', menu);
    await page.keyboard.press('Escape');
  },
};

export const walkthrough: Surface = {
  name: 'the walkthrough',
  async take({ workbench, page, album }) {
    await workbench.runCommand('Welcome: Open Walkthrough...');
    await workbench.pick('Get Started with MCP OAuth Broker');
    const steps = ['Add a server', 'Sign in once', 'Use its tools in the chat'];
    for (const [index, step] of steps.entries()) {
      await page.locator('.getting-started-step', { hasText: step }).first().click();
      await album.window(page, `walkthrough-${index + 1}`, page.locator('.part.editor'));
    }
    await workbench.runCommand('View: Close All Editors');
  },
};

export const welcome: Surface = {
  name: 'nothing configured',
  async take(stage) {
    const { page, album, demo, sideBar } = stage;
    const { repositories } = demo.world.serverSettings();
    await stage.settings.change({ 'mcpOAuthBroker.servers': { repositories } });
    await stage.row('calendar').waitFor({ state: 'detached' });
    await album.window(page, 'status-bar-quiet', page.locator('.statusbar'));
    await stage.settings.change({ 'mcpOAuthBroker.servers': {} });
    await sideBar.getByText('MCP servers that need a sign-in').waitFor();
    await album.window(page, 'welcome', sideBar);
  },
};
