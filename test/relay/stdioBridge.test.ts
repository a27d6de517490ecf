import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chmod, mkdtemp, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { BridgeFiles } from '../../src/node/clients/bridgeFiles.js';
import { freePort, startAgentScene, type AgentScene } from './agentScene.js';
import { callTool } from './relayWorld.js';

const command = path.join(__dirname, '..', '..', 'src', 'headless', 'bridge', 'bridgeCommand.js');

describe('the command that speaks stdio for an agent', () => {
  let scene: AgentScene;
  let directory: string;
  let file: string;
  let admitted: Awaited<ReturnType<AgentScene['admit']>>;
  beforeEach(async () => {
    scene = await startAgentScene();
    await scene.stage.signIn('repositories');
    directory = await mkdtemp(path.join(os.tmpdir(), 'bridge-'));
    admitted = await scene.admit({ repositories: {} });
    await new BridgeFiles(directory, command).write('agent', scene.url('repositories'), admitted.key);
    file = path.join(directory, 'agents', 'agent.json');
  });
  afterEach(async () => {
    await scene.stage.close();
    await rm(directory, { recursive: true });
  });

  const connect = async (env: Record<string, string> = {}) => {
    const client = new Client({ name: 'stdio', version: '1' });
    const parameters = { command: process.execPath, args: [command, file], env, stderr: 'ignore' as const };
    await client.connect(new StdioClientTransport(parameters));
    scene.stage.own(client);
    return client;
  };

  it('calls as the agent, and goes on in the window that takes over', async () => {
    const client = await connect();
    assert.equal((await callTool(client, 'list_branches')).isError, false);
    const other = scene.openWindow(scene.stage.openWindow());
    await other.port.look();
    scene.agents.dispose();
    assert.equal((await callTool(client, 'list_branches')).isError, false);
  });

  it('reports that the agent was withdrawn', async () => {
    const client = await connect();
    await scene.agents.admissions.withdraw(admitted.agent.id);
    await scene.admit({ repositories: {} }, 'another');
    await assert.rejects(callTool(client, 'list_branches'), /may have been withdrawn/);
  });

  it('uses the key and the address that its file has now', async () => {
    const client = await connect();
    const files = new BridgeFiles(directory, command);
    const key = await scene.agents.admissions.rotate(admitted.agent.id);
    await files.write('agent', scene.url('repositories'), key ?? assert.fail());
    assert.equal((await callTool(client, 'list_branches')).isError, false);
    scene.settings = { ...scene.settings, port: await freePort() };
    await scene.agents.port.look();
    await files.redirect('agent', scene.url('repositories'));
    assert.equal((await callTool(client, 'list_branches')).isError, false);
  });

  it('explains what to do before the editor starts, and lists the server’s tools once a window serves', async () => {
    scene.agents.dispose();
    const client = await connect();
    const names = async () => (await client.listTools()).tools.map(({ name }) => name);
    assert.deepEqual(await names(), ['open_editor']);
    await assert.rejects(
      callTool(client, 'open_editor'),
      /No editor window serves agents now\. Open the editor/,
    );
    await scene.openWindow(scene.stage.openWindow()).port.look();
    const changed = new Promise((resolve) =>
      client.setNotificationHandler(ToolListChangedNotificationSchema, resolve),
    );
    assert.match((await callTool(client, 'open_editor')).text, /The editor is open/);
    await changed;
    assert.ok((await names()).includes('list_branches'));
    assert.match((await callTool(client, 'list_branches')).text, /main/);
  });

  it('sends its key and its calls to no proxy from its environment', async () => {
    const proxy = createServer();
    let isAsked = false;
    proxy.on('connect', (_request, socket) => {
      isAsked = true;
      socket.destroy();
    });
    await once(proxy.listen(0, '127.0.0.1'), 'listening');
    try {
      const { port } = proxy.address() as AddressInfo;
      const address = `http://127.0.0.1:${port}`;
      const client = await connect({ NODE_USE_ENV_PROXY: '1', HTTP_PROXY: address, NO_PROXY: 'example.com' });
      assert.equal((await callTool(client, 'list_branches')).isError, false);
      assert.equal(isAsked, false);
    } finally {
      proxy.close();
    }
  });

  it('reports that its file is missing', async () => {
    const client = await connect();
    await scene.admit({ repositories: {} }, 'another');
    await scene.agents.admissions.withdraw(admitted.agent.id);
    await rm(file);
    await assert.rejects(
      callTool(client, 'list_branches'),
      /key file is missing because the agent was disconnected/,
    );
  });

  it('keeps its key in a file that only its owner can read, and reads it from no other', async function () {
    if (process.platform === 'win32') this.skip();
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    await chmod(file, 0o640);
    const child = spawn(process.execPath, [command, file], { stdio: ['ignore', 'ignore', 'pipe'] });
    const said: Buffer[] = [];
    child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
    const [code] = (await once(child, 'close')) as [number];
    const text = Buffer.concat(said).toString();
    assert.equal(code, 1);
    assert.match(text, /Other users can read the key file/);
    assert.ok(!text.includes(admitted.key.expose()));
  });
});
