import type { Surface } from './stage.js';

export const addServer: Surface = {
  name: 'add-server',
  async take({ workbench, page, album, quickInput }) {
    await workbench.runCommand('MCP OAuth: Add Server…');
    await quickInput.locator('.quick-input-box input').fill('https://mcp.example.com/mcp');
    await quickInput.getByText('Use this address').waitFor();
    await album.window(page, 'add-server', quickInput);
    await page.keyboard.press('Escape');
  },
};

/** Servers whose check shows their status, in addition to those that are signed in or unknown. */
const checked = ['contracts', 'design-files', 'inventory', 'legacy', 'mailbox', 'payroll', 'weather'];

export const statuses: Surface = {
  name: 'statuses',
  async take(stage) {
    const { workbench, page, album, servers, sideBar } = stage;
    const popup = await stage.begin('calendar');
    await page.bringToFront();
    await workbench.notification('Signing in to calendar').waitFor();
    await album.window(page, 'notification-signing-in', workbench.notification('Signing in to'));
    await popup.bringToFront();
    await stage.consent(popup);
    await popup.close();
    await page.bringToFront();
    await workbench.notification('Signed in').waitFor();
    await album.window(page, 'notification-signed-in', workbench.notification('Signed in'));
    await workbench.clearNotifications();
    // No other server is known to need action yet.
    await album.window(page, 'status-bar-quiet', page.locator('.statusbar'));
    for (const name of ['design-files', 'mailbox']) await stage.signedIn(name);
    servers.behave('design-files', 'wantsMore');
    for (const name of checked) {
      await workbench.runCommand('MCP OAuth: Check Server…');
      await stage.choose(name);
      await workbench.notification(name).waitFor();
      if (name === 'legacy') {
        await workbench.notification('Asking').waitFor({ state: 'detached' });
        await album.window(page, 'notification-misconfigured', workbench.notification(name));
      }
      await workbench.clearNotifications();
    }
    const waiting = await stage.begin('reports');
    await page.bringToFront();
    await stage.unfold('design-files');
    await stage.row('Missing').waitFor();
    await album.window(page, 'servers-view', sideBar);
    await album.window(page, 'status-bar-loud', page.locator('.statusbar'));
    await page
      .locator('.statusbar-item', { hasText: /Waiting for you/ })
      .first()
      .click();
    await stage.quickInput.getByText('Needs your attention').waitFor();
    await album.window(page, 'status-list', stage.quickInput);
    await page.keyboard.press('Escape');
    await waiting.close();
    await workbench.runCommand('MCP OAuth: Cancel Sign-In');
    await stage.fold('design-files');
    await stage.unfold('calendar');
    await stage.row('Granted').waitFor();
    await album.window(page, 'facts', sideBar.locator('.composite.title'), stage.row('Tools'));
    await stage.fold('calendar');
  },
};

export const clientGuide: Surface = {
  name: 'client-guide',
  async take(stage) {
    const { workbench, page, album } = stage;
    const guide = page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
    await workbench.runCommand('MCP OAuth: Set Client ID…');
    await stage.choose('calendar');
    await guide.getByText('1. Register a client').waitFor();
    await guide.getByRole('button', { name: 'Copy Redirect URI' }).first().focus();
    await album.window(page, 'client-guide', page.locator('.part.editor'));
    await workbench.runCommand('View: Close All Editors');
  },
};

export const serverEntries: Surface = {
  name: 'server-entries',
  async take(stage) {
    const { workbench, page, album, sideBar } = stage;
    await stage.signedIn('calendar');
    await workbench.clearNotifications();
    await workbench.runCommand('MCP OAuth: Remove Server…');
    await stage.choose('calendar');
    const dialog = page.locator('.monaco-dialog-box');
    await dialog.waitFor();
    await album.window(page, 'remove-server', dialog);
    await page.keyboard.press('Escape');
    await workbench.runCommand('MCP OAuth: Disable Server…');
    await stage.choose('calendar');
    const told = workbench.notification('is disabled');
    await told.waitFor();
    await stage.row('calendar').scrollIntoViewIfNeeded();
    await album.window(page, 'disabled-server', sideBar, told);
    await told.getByRole('button', { name: 'Undo' }).click();
    await stage.row('calendar').and(sideBar.locator('[aria-expanded]')).waitFor();
  },
};

export const diagnosis: Surface = {
  name: 'diagnosis',
  async take(stage) {
    const { workbench, page, album } = stage;
    const report = page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
    for (const name of ['legacy', 'calendar']) {
      await workbench.runCommand('MCP OAuth: Diagnose Server…');
      await stage.choose(name);
      await page.locator('.tab', { hasText: name }).first().waitFor();
      await report.getByRole('heading', { name: 'In short' }).waitFor();
      await album.window(page, `diagnosis-${name}`, page.locator('.part.editor'));
      await workbench.runCommand('View: Close All Editors');
    }
  },
};

export const accounts: Surface = {
  name: 'accounts',
  async take({ page, album }) {
    await page.locator('.activitybar').getByRole('button', { name: 'Accounts' }).click();
    const menu = page.locator('.monaco-menu').first();
    await menu.waitFor();
    await album.window(page, 'accounts-menu', menu);
    await page.keyboard.press('Escape');
  },
};
