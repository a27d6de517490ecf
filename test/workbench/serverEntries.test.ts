import assert from 'node:assert/strict';
import { Scene } from './scene.js';

describe('a server’s entry in the window', () => {
  let scene: Scene;
  before(async () => {
    scene = await Scene.set();
  });
  after(() => scene.end());

  it('is disabled and enabled from its row, and VS Code removes and adds the server', async () => {
    const { window, serversView } = scene;
    await window.runAndPick('MCP OAuth: Disable Server…', 'reports');
    await serversView.waitFor('reports', 'Disabled');
    await window.seeMcpServers(['repositories'], ['reports']);
    const shots = process.env['MCP_OAUTH_BROKER_SHOTS'];
    if (shots !== undefined) await window.page.screenshot({ path: shots.replace('.png', '-disabled.png') });
    await scene.clearTheWay();
    const row = serversView.row('reports');
    await row.hover();
    await row.getByRole('button', { name: 'Enable Server…' }).click();
    await serversView.waitFor('reports', 'Not checked yet');
    await window.seeMcpServers(['repositories', 'reports']);
  });

  it('is renamed, removed after one question, and restored by the notification', async () => {
    const { window, serversView } = scene;
    await scene.clearTheWay();
    await window.runAndPick('MCP OAuth: Rename Server…', 'reports');
    await window.enter('Sign-ins and tool rules are kept', 'numbers');
    await serversView.waitFor('numbers', 'Not checked yet');
    await scene.clearTheWay();
    await window.runAndPick('MCP OAuth: Remove Server…', 'numbers');
    await window.clickDialog('Remove the MCP server “numbers”?', 'Remove');
    await serversView.row('numbers').waitFor({ state: 'detached' });
    await window.clickNotification('“numbers” was removed.', 'Undo');
    await serversView.waitFor('numbers', 'Not checked yet');
    await scene.clearTheWay();
    await window.runAndPick('MCP OAuth: Rename Server…', 'numbers');
    await window.enter('Sign-ins and tool rules are kept', 'reports');
    await serversView.waitFor('reports', 'Not checked yet');
    assert.equal(await serversView.row('numbers').count(), 0);
  });
});
