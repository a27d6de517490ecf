import { recordedCalls } from '../../broker/recordedCall.js';
import { keepCalls } from '../keptCalls.js';
import type { Surface } from './stage.js';

/** The maximum number of stored calls. */
const mostCalls = 10_000;

/** The surfaces of a user who is signed in to a server. */
export const signedIn: Surface = {
  name: 'signed-in',
  async take(stage) {
    const { page, album, sideBar } = stage;
    await stage.signedIn('repositories');
    await stage.unfold('repositories');
    await stage.unfold('Tools');
    await stage.row('create_branch').waitFor();
    // Nothing is selected, and the pointer is elsewhere.
    await page.keyboard.press('Escape');
    await page.mouse.move(700, 400);
    await album.window(page, 'signed-in', sideBar.locator('.composite.title'), stage.row('create_branch'));
    await stage.fold('repositories');
  },
};

export const toolsInTree: Surface = {
  name: 'tools-in-tree',
  async take(stage) {
    const { page, album, sideBar } = stage;
    await stage.signedIn('repositories');
    await stage.unfold('repositories');
    await stage.unfold('Tools');
    await stage.row('create_branch').waitFor();
    await album.window(page, 'tools-in-tree', sideBar);
    await stage.row('create_branch').hover();
    await stage.row('create_branch').click();
    await album.window(page, 'tool-actions', sideBar);
    await stage.fold('repositories');
  },
};

export const toolCalls: Surface = {
  name: 'tool-calls',
  async take(stage) {
    const { workbench, page, album } = stage;
    const view = page.locator('.part.editor');
    const frame = page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
    const keep = (count: number, newest: number) =>
      keepCalls(stage.demo.userDataDir, recordedCalls(count, newest));
    const opened = async () => {
      const start = Date.now();
      await workbench.runCommand('MCP OAuth: Show Tool Calls');
      await frame.getByRole('row').nth(1).waitFor();
      return Date.now() - start;
    };
    const now = Date.now();
    await keep(10, now);
    // The first page of any extension in a window takes longer.
    await opened();
    await workbench.runCommand('View: Close All Editors');
    const few = await opened();
    await workbench.runCommand('View: Close All Editors');
    await keep(mostCalls - 10, now - 60_000);
    // They are read from the disk in the meantime.
    const unread = await opened();
    await frame.getByText('10,000 calls').waitFor();
    await workbench.runCommand('View: Close All Editors');
    const many = await opened();
    await frame.getByText('10,000 calls').waitFor();
    album.say(
      `opened from the palette: ${few} ms with few calls, ${unread} ms with ${mostCalls} not read yet, then ${many} ms`,
    );
    await album.window(page, 'tool-calls-beside-chat', view);
    await frame.getByRole('row').nth(2).click();
    await album.window(page, 'tool-calls-details-beside-chat', view);
    await page.keyboard.press('Control+Alt+B');
    await stage.chatBar.waitFor({ state: 'hidden' });
    await album.window(page, 'tool-calls', view);

    const filter = frame.getByLabel('Filter tool calls');
    await filter.fill('outcome:refused');
    await frame.getByRole('row').nth(1).click();
    await album.window(page, 'tool-calls-details', view);
    await filter.fill('server:elsewhere');
    await frame.getByText('No call matches').waitFor();
    await album.window(page, 'tool-calls-nothing-found', view);
    await filter.fill('');

    await frame.getByRole('button', { name: 'Clear…' }).click();
    const dialog = page.locator('.monaco-dialog-box');
    await dialog.waitFor();
    await album.window(page, 'tool-calls-clear', dialog);
    await workbench.clickDialog('This can’t be undone', 'Clear');
    await frame.getByText('No tool calls yet').waitFor();
    await album.window(page, 'tool-calls-empty', view);
    await page.keyboard.press('Control+Alt+B');
    await workbench.runCommand('View: Close All Editors');
  },
};
