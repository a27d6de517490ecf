import assert from 'node:assert/strict';
import type { FrameLocator } from 'playwright-core';
import { alice } from '../demo/people.js';
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

  it('shows a call of the chat while it is open, and finds it by server, tool and outcome', async () => {
    await scene.window.runCommand('MCP OAuth: Show Tool Calls');
    await frame().getByText('No tool calls yet').or(frame().getByRole('row').nth(1)).first().waitFor();
    await scene.prompt('list my branches');
    await scene.chat.waitForAnswer('Done: main');

    // Calls of before may be listed, too.
    const row = frame()
      .getByRole('row')
      .filter({ hasText: 'list_branches' })
      .filter({ hasText: 'Used' })
      .filter({ hasText: 'Succeeded' })
      .filter({ hasText: alice.email })
      .first();
    await row.waitFor();
    // Those too that a narrow page leaves out.
    const cells = await row.locator('[role=gridcell]').allTextContents();
    assert.deepEqual(cells.slice(1, 5), ['Chat', 'repositories', 'list_branches', alice.email]);
    assert.deepEqual(cells.slice(6, 8), ['Used', 'Succeeded']);
    // Read out in the order they are seen in.
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
    for (const named of ['list_branches', alice.email, scene.world.repositories.url, 'Request in the chat'])
      await details.getByText(named, { exact: true }).waitFor();
  });

  it('is empty after the person has cleared it, and says what it is for', async () => {
    await frame().getByRole('button', { name: 'Clear…' }).click();
    await scene.window.clickDialog('This cannot be undone', 'Clear');
    await frame().getByText('No tool calls yet').waitFor();
  });
});
