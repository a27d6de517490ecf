import assert from 'node:assert/strict';
import type { FrameLocator } from 'playwright-core';
import { recordedCall, recordedCalls } from '../broker/recordedCall.js';
import { alice } from '../demo/people.js';
import { editorUnderTest } from '../host/editor.js';
import { Scene } from './scene.js';

describe('the view of tool calls', () => {
  let scene: Scene;
  before(async () => {
    scene = await Scene.set();
    await scene.signIn('repositories');
  });
  after(() => scene.end());

  const frame = (): FrameLocator =>
    scene.window.page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');

  it('shows a call of the chat while it is in progress, and finds it by server, tool and outcome', async () => {
    await scene.window.runCommand('MCP OAuth: Show Tool Calls');
    await frame().getByText('No tool calls yet').or(frame().getByRole('row').nth(1)).first().waitFor();
    await scene.prompt('list my branches');
    await scene.chat.waitForAnswer('Done: main');

    // Earlier calls may also be listed.
    const row = frame()
      .getByRole('row')
      .filter({ hasText: 'list_branches' })
      .filter({ hasText: 'Used' })
      .filter({ hasText: 'Succeeded' })
      .filter({ hasText: alice.email })
      .first();
    await row.waitFor();
    // The details include columns that a narrow page omits.
    const cells = await row.locator('[role=gridcell]').allTextContents();
    // VS Code 1.103 does not identify the chat as the caller, or its request.
    const { hasCopilotChat } = editorUnderTest();
    const caller = hasCopilotChat ? 'Chat' : 'Editor';
    assert.deepEqual(cells.slice(1, 5), [caller, 'repositories', 'list_branches', alice.email]);
    assert.deepEqual(cells.slice(6, 8), ['Used', 'Succeeded']);
    // A screen reader announces them in visual order.
    const places = await frame()
      .locator('[role=row][aria-rowindex]')
      .evaluateAll((rows) => rows.map((one) => Number(one.getAttribute('aria-rowindex'))));
    assert.deepEqual(
      places,
      places.toSorted((a, b) => a - b),
    );

    const filter = frame().getByLabel('Filter tool calls');
    await filter.fill('server:reports');
    await row.waitFor({ state: 'detached' });
    await filter.fill('server:repositories tool:list_branches outcome:succeeded');
    await row.waitFor();

    await filter.press('ArrowDown');
    await frame().locator('#scroller').press('Home');
    const details = frame().getByLabel('Details of the call');
    const ofChat = hasCopilotChat ? ['Request in the chat'] : [];
    for (const named of ['list_branches', alice.email, scene.world.repositories.url, ...ofChat])
      await details.getByText(named, { exact: true }).waitFor();
  });

  it('is empty after the user has cleared it, and explains its purpose', async () => {
    await frame().getByRole('button', { name: 'Clear…' }).click();
    await scene.window.clickDialog('This can’t be undone', 'Clear');
    await frame().getByText('No tool calls yet').waitFor();
  });

  it('loads every call of a long record soon after the newest, and new calls as they arrive', async () => {
    const now = Date.now();
    await scene.editor.keepCalls(recordedCalls(2_500, now - 60_000));
    await frame().getByText('2,500 calls').waitFor();
    await scene.window.runCommand('View: Close All Editors');
    await scene.window.runCommand('MCP OAuth: Show Tool Calls');
    await frame().getByRole('row').nth(1).waitFor();
    await scene.editor.keepCalls([recordedCall(now, { tool: 'newest_of_all' })]);
    await frame().getByText('2,501 calls').waitFor();
    await frame().locator('#scroller').press('End');
    await frame().locator('[role=row][aria-rowindex="2502"]').waitFor();
    await frame().locator('#scroller').press('Home');
    await frame().locator('[role=row][aria-rowindex="2"]').filter({ hasText: 'newest_of_all' }).waitFor();
    await frame().getByRole('button', { name: 'Clear…' }).click();
    await scene.window.clickDialog('This can’t be undone', 'Clear');
    await frame().getByText('No tool calls yet').waitFor();
  });
});
