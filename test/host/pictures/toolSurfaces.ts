import type { Surface } from './stage.js';

export const toolsInTree: Surface = {
  name: 'tools in the tree',
  async take(stage) {
    const { page, album, sideBar } = stage;
    await stage.row('repositories').click();
    await page.keyboard.press('ArrowRight');
    await stage.row('Tools').click();
    await page.keyboard.press('ArrowRight');
    await stage.row('create_branch').waitFor();
    await album.window(page, 'tools-in-tree', sideBar);
    await stage.row('create_branch').hover();
    await stage.row('create_branch').click();
    await album.window(page, 'tool-actions', sideBar);
    await stage.row('repositories').click();
    await page.keyboard.press('ArrowLeft');
  },
};

export const toolCalls: Surface = {
  name: 'the tool calls',
  async take(stage) {
    const { workbench, page, album } = stage;
    const view = page.locator('.part.editor');
    const frame = page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
    await workbench.runCommand('MCP OAuth: Show Tool Calls');
    await frame.getByRole('row').nth(1).waitFor();
    await album.window(page, 'tool-calls-beside-chat', view);
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
    await workbench.clickDialog('This cannot be undone', 'Clear');
    await frame.getByText('No tool calls yet').waitFor();
    await album.window(page, 'tool-calls-empty', view);
    await page.keyboard.press('Control+Alt+B');
    await workbench.runCommand('View: Close All Editors');
  },
};
