import type { Surface } from './stage.js';

/** The extension's own pages in the user's browser, in addition to those of the chat. */
export const browserPages: Surface = {
  name: 'browser-pages',
  async take(stage) {
    const { workbench, page, album, quickInput } = stage;
    const context = page.context();
    const opened = context.waitForEvent('page');
    await workbench.runCommand('MCP OAuth: Sign In…');
    await stage.choose('travel');
    // This page is never complete, so it does not count as loaded.
    const waiting = await opened;
    await waiting.getByText('The editor has a question').waitFor();
    await album.unfinishedPage(waiting, 'page-waiting');
    await page.bringToFront();
    await workbench.seeRow('login.example.com');
    await album.window(page, 'which-authorization-server', quickInput);
    await page.keyboard.press('Escape');
    await waiting.bringToFront();
    await waiting.getByText('The editor has a question').waitFor({ state: 'hidden' });
    await album.page(waiting, 'page-cancelled');
    await waiting.close();
    await workbench.clearNotifications();

    const failed = await stage.begin('payroll');
    await failed.locator('h1').waitFor();
    await album.page(failed, 'page-error');
    await failed.close();
    await page.bringToFront();
    await workbench.notification('payroll').waitFor();
    await album.window(page, 'notification-error', workbench.notification('payroll'));
    await workbench.clearNotifications();
  },
};
