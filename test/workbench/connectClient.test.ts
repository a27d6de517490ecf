import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { alice } from '../demo/people.js';
import { Screenshots } from '../host/screenshots.js';
import { freePort } from '../relay/agentScene.js';
import { callTool } from '../relay/relayWorld.js';
import { Scene } from './scene.js';

const mine = '{\n  "mcpServers": {\n    "files": { "command": "npx", "args": ["files"] }\n  }\n}\n';

/** The tests run in order: each one starts where the previous one ended. */
describe('another MCP client, connected from the palette', () => {
  const shots = new Screenshots(path.resolve('.vscode-test', 'shots', 'connect-client'));
  let scene: Scene;
  let file: string;
  before(async () => {
    scene = await Scene.set({
      servers: ({ repositories: { url } }) => ({ repositories: { type: 'http', url } }),
    });
    const port = await freePort();
    await scene.editor.configure(await scene.editor.configured(), { 'mcpOAuthBroker.agents.port': port });
    await scene.signIn('repositories');
    file = path.join(scene.editor.home, '.cursor', 'mcp.json');
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, mine);
  });
  after(() => scene.end());

  const entry = async () => {
    const { mcpServers } = JSON.parse(await readFile(file, 'utf8')) as {
      mcpServers: { repositories: { command: string; args: string[] } };
    };
    return mcpServers.repositories;
  };
  /** Runs the client with its entry. */
  const listBranches = async () => {
    const client = new Client({ name: 'cursor', version: '1' });
    await client.connect(new StdioClientTransport({ ...(await entry()), stderr: 'ignore' }));
    const { text } = await callTool(client, 'list_branches');
    await client.close();
    return text;
  };

  it('is shown with the change before it is written', async () => {
    const { window } = scene;
    await window.runCommand('MCP OAuth: Connect Client…');
    await window.seeRow('Windsurf');
    await shots.take(window.page, 'clients');
    await window.pick('Cursor');
    await window.seeRow('Show Changes');
    await shots.take(window.page, 'review');
    await window.pick('Show Changes');
    await window.page.locator('.monaco-diff-editor').getByText('agents/bridge').first().waitFor();
    await window.seeRow('Connect');
    await shots.take(window.page, 'changes');
    assert.equal(await readFile(file, 'utf8'), mine);
  });

  it('can call with the user’s sign-in, and is listed', async () => {
    const { window } = scene;
    await window.pick('Connect');
    await window.notification('Connected Cursor to repositories').waitFor();
    assert.match(await listBranches(), /main/);
    await scene.serversView.waitFor('Cursor', 'connected');
    await shots.take(window.page, 'connected');
    assert.doesNotMatch(await readFile(file, 'utf8'), /mcpob_|127\.0\.0\.1/);
  });

  it('stays connected after the window is reloaded', async () => {
    await scene.window.reload();
    await scene.serversView.waitFor('repositories', alice.email);
    assert.match(await listBranches(), /main/);
  });

  it('has its file restored byte for byte when it is disconnected', async () => {
    const { window } = scene;
    await window.runCommand('MCP OAuth: Disconnect Client…');
    await window.pick('Cursor');
    await window.page.locator('.monaco-dialog-box').filter({ hasText: 'Disconnect Cursor?' }).waitFor();
    await shots.take(window.page, 'disconnect');
    await window.clickDialog('Disconnect Cursor?', 'Disconnect');
    await window.notification('Disconnected Cursor').waitFor();
    assert.equal(await readFile(file, 'utf8'), mine);
    assert.deepEqual(await readdir(path.dirname(file)), ['mcp.json']);
  });
});
