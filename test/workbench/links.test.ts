import assert from 'node:assert/strict';
import { startRegistry, type LoopbackRegistry } from '../broker/loopbackRegistry.js';
import { Scene } from './scene.js';

const extension = 'mcp-oauth-broker.mcp-oauth-broker';

describe('links that open the extension', () => {
  let scene: Scene;
  before(async () => {
    scene = await Scene.set();
  });
  after(() => scene.end());

  /**
   * Opens a link through VS Code's own URL service, which asks first.
   *
   * @param answer the answer to that question
   */
  async function open(link: string): Promise<void> {
    const { window } = scene;
    await window.runCommand('Developer: Open URL');
    await window.enter('URL to open', `code-oss://${extension}${link}`);
    const asks = window.page.locator('.monaco-dialog-box').filter({ hasText: 'extension to open this URI?' });
    await asks.getByRole('button', { name: 'Open', exact: true }).click();
    await asks.waitFor({ state: 'hidden' });
  }

  it('show their complete content in one dialog, and after a denial nothing is saved or requested', async () => {
    const { window, editor } = scene;
    await open('/add?url=https%3A%2F%2Fmcp.example.com%2Fmcp%3Fteam%3Da&name=My%20server');
    const dialog = window.page
      .locator('.monaco-dialog-box')
      .filter({ hasText: 'A link asks to add an MCP server at mcp.example.com.' });
    await dialog.waitFor();
    const text = await dialog.innerText();
    for (const said of [
      'https://mcp.example.com/mcp?team=a',
      'My server',
      'Nothing has been saved or requested yet.',
    ])
      assert.ok(text.includes(said), `${said} is not in:\n${text}`);
    const before = await editor.configured();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    assert.deepEqual(await editor.configured(), before);
    assert.equal(await window.notification('Asking').count(), 0);
  });

  it('open the tool calls with a filter', async () => {
    await open('/open?view=calls&filter=outcome%3Arefused');
    const filter = scene.window.page
      .frameLocator('iframe.webview.ready')
      .frameLocator('iframe#active-frame')
      .getByLabel('Filter tool calls');
    // The filter is hidden until there is a call.
    await filter.waitFor({ state: 'attached' });
    while ((await filter.inputValue()) !== 'outcome:refused') await scene.window.page.waitForTimeout(50);
    await open('/open?view=calls&server=repositories');
    while ((await filter.inputValue()) !== 'server:"repositories"')
      await scene.window.page.waitForTimeout(50);
  });
});

describe('searching a registry in Add Server', () => {
  let scene: Scene;
  let registry: LoopbackRegistry;
  before(async () => {
    scene = await Scene.set({ servers: () => ({}) });
    registry = await startRegistry([
      {
        name: 'com.example/branches',
        title: 'Branches',
        description: 'Lists and creates branches.',
        remotes: [{ type: 'streamable-http', url: scene.world.repositories.url }],
      },
      {
        name: 'com.example/branches-of-tenant',
        remotes: [{ type: 'streamable-http', url: 'https://{tenant}.example.com/mcp' }],
      },
    ]);
    await scene.editor.configure({}, { 'mcpOAuthBroker.registry': registry.url });
  });
  after(async () => {
    await scene.editor.configure({});
    await registry.close();
    await scene.end();
  });

  it("accepts a name, shows the registry's entries, and adds the chosen server", async () => {
    const { window, world, editor } = scene;
    await window.runCommand('MCP OAuth: Add Server…');
    await window.type('Add an MCP server', 'branches');
    await window.seeRow('Branches');
    const shown = await window.quickInputText();
    for (const said of [world.repositories.url, 'Lists and creates branches.', 'Not supported', 'tenant'])
      assert.ok(shown.includes(said), `${said} is not in:\n${shown}`);
    assert.equal(registry.requests.length, 1);
    await window.pick('Branches');
    await window.pick('Add this server');
    await window.enter('Name the server', 'Branches');
    await window.notification('“Branches” was added.').waitFor();
    assert.deepEqual(await editor.configured(), { Branches: { type: 'http', url: world.repositories.url } });
  });
});
