import { startRegistry } from '../../broker/loopbackRegistry.js';
import type { Surface } from './stage.js';

const http = (url: string) => [{ type: 'streamable-http', url }];
const listed = [
  {
    name: 'com.example/branches',
    title: 'Branches',
    description: 'Lists and creates branches of your repositories.',
    remotes: http('https://branches.example.com/mcp'),
  },
  {
    name: 'io.github.acme/branch-reports',
    description: 'Reports about branches, every morning.',
    remotes: [{ type: 'sse', url: 'https://reports.acme.example/sse' }],
  },
  { name: 'com.example/branches-of-tenant', remotes: http('https://{tenant}.example.com/mcp') },
  {
    name: 'com.example/branches-with-key',
    status: 'deprecated',
    remotes: [{ ...http('https://key.example.com/mcp')[0], headers: [{ name: 'X-Key', isRequired: true }] }],
  },
];

/** The search of a registry, starting before the user has agreed to it. */
export const registrySearch: Surface = {
  name: 'registry-search',
  async take({ workbench, page, album, quickInput, settings }) {
    const registry = await startRegistry(listed);
    const box = quickInput.locator('.quick-input-box input');
    try {
      await workbench.runCommand('MCP OAuth: Add Server…');
      await box.fill('branch');
      await quickInput.getByText('Search the MCP registry for').waitFor();
      await album.window(page, 'registry-offer', quickInput);
      await page.keyboard.press('Enter');
      const dialog = page.locator('.monaco-dialog-box').filter({ hasText: 'Search the MCP registry?' });
      await dialog.waitFor();
      await album.window(page, 'registry-consent', dialog);
      await dialog.getByRole('button', { name: 'Cancel' }).click();
      await page.keyboard.press('Escape');
      await settings.change({ 'mcpOAuthBroker.registry': registry.url });
      await workbench.runCommand('MCP OAuth: Add Server…');
      await box.fill('branch');
      await quickInput.getByText('Branches').first().waitFor();
      await album.window(page, 'registry-search', quickInput);
      await page.keyboard.press('Escape');
    } finally {
      await settings.change({ 'mcpOAuthBroker.registry': null });
      await registry.close();
    }
  },
};

/** A link's proposal, with all warnings. */
export const addLink: Surface = {
  name: 'add-link',
  async take({ workbench, page, album }) {
    await workbench.runCommand('Developer: Open URL');
    const query = `url=${encodeURIComponent('https://mcp.exаmple.com/mcp?team=docs')}&name=calendar`;
    await workbench.enter('URL to open', `code-oss://mcp-oauth-broker.mcp-oauth-broker/add?${query}`);
    await page.locator('.monaco-dialog-box').getByRole('button', { name: 'Open', exact: true }).click();
    const dialog = page.locator('.monaco-dialog-box').filter({ hasText: 'A link asks to add' });
    await dialog.waitFor();
    await album.window(page, 'add-link', dialog);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
  },
};
