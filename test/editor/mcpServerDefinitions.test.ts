import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import * as vscode from 'vscode';
import { Redacted } from '../../src/base/redacted.js';
import { McpServerDefinitions } from '../../src/editor/mcpServerDefinitions.js';
import { BridgeFiles } from '../../src/node/clients/bridgeFiles.js';
import { ManualClock } from '../broker/manualClock.js';
import { MemoryLog } from '../broker/memoryStores.js';
import { startWorld } from '../demo/world.js';
import { activeExtension, configure, serverNamed, type ActiveExtension } from './activeExtension.js';

const one = { repositories: { type: 'http', url: 'https://mcp.example.com/mcp' } };

describe('MCP server definitions', () => {
  let extension: ActiveExtension;

  before(async () => {
    extension = await activeExtension();
  });
  beforeEach(() => configure(extension, one));
  after(() => configure(extension, undefined));

  it('are provided as a constant command, without an address and without a key', async () => {
    const [first] = await extension.definitions.provideMcpServerDefinitions();
    assert.ok(first instanceof vscode.McpStdioServerDefinition);
    const { url, key } = await extension.relay.agentHostAddress();
    const server = serverNamed(extension, 'repositories');
    const ofEditor = await extension.relay.endpointFor(server);
    const [second] = await extension.definitions.provideMcpServerDefinitions();
    const directory = extension.context.globalStorageUri.fsPath;
    const script = path.join(directory, 'agents', 'bridge.js');
    assert.equal(first.label, 'repositories');
    assert.equal(first.command, process.execPath);
    assert.deepEqual(first.args, [script, '--windows', path.join(directory, 'agentHost'), 'repositories']);
    assert.deepEqual(first.env, { ELECTRON_RUN_AS_NODE: '1' });
    assert.deepEqual(second, first);
    const written = JSON.stringify(second);
    for (const secret of [key.expose(), ofEditor.key.expose(), url, 'mcp.example.com'])
      assert.ok(!written.includes(secret));
    assert.deepEqual(
      await readFile(script),
      await readFile(extension.context.asAbsolutePath('dist/bridge.js')),
    );
  });

  it('name a command that a session outside the editor can call through this window', async () => {
    const world = await startWorld();
    try {
      await configure(extension, world.serverSettings());
      const [provided] = await extension.definitions.provideMcpServerDefinitions();
      assert.ok(provided instanceof vscode.McpStdioServerDefinition);
      const { command, args, env } = provided;
      const client = new Client({ name: 'copilot-cli', version: '1' });
      await client.connect(new StdioClientTransport({ command, args, env: env as Record<string, string> }));
      const { tools } = await client.listTools();
      await client.close();
      assert.deepEqual(
        tools.map(({ name }) => name),
        ['sign_in'],
      );
    } finally {
      await world.close();
    }
  });

  it('fail with one sentence in sessions on a remote, while the local chat goes on', async () => {
    const sessionsNote = 'The extension runs on your computer.';
    const parts = { clock: new ManualClock(), log: new MemoryLog(), sessionsNote };
    const endpoint = { url: 'http://127.0.0.1:29499/mcp/repositories', key: new Redacted('key') };
    const endpoints = {
      endpointFor: () => Promise.resolve(endpoint),
      agentHostAddress: () => Promise.resolve(endpoint),
    };
    const bridge = new BridgeFiles(extension.context.globalStorageUri.fsPath, '');
    const definitions = new McpServerDefinitions(extension.settings, endpoints, bridge, parts);
    try {
      const [provided] = await definitions.provideMcpServerDefinitions();
      assert.ok(provided instanceof vscode.McpStdioServerDefinition);
      const { command, args } = provided;
      const ended = promisify(execFile)(command, args);
      await assert.rejects(ended, { code: 1, stderr: `${sessionsNote}\n`, stdout: '' });
      const resolved = await definitions.resolveMcpServerDefinition(provided);
      assert.equal(resolved.uri.toString(true), endpoint.url);
    } finally {
      definitions.dispose();
    }
  });

  it('are resolved as new objects with the relay’s address and a key', async () => {
    const [provided] = await extension.definitions.provideMcpServerDefinitions();
    assert.ok(provided);
    const resolved = await extension.definitions.resolveMcpServerDefinition(provided);
    assert.notEqual(resolved, provided);
    assert.match(resolved.uri.toString(true), /^http:\/\/127\.0\.0\.1:\d{2,}\/mcp\/repositories$/);
    assert.match(resolved.headers['Authorization'] ?? '', /^Bearer [\w-]{43}$/);
    assert.equal(resolved.version, provided.version);
    assert.ok(provided instanceof vscode.McpStdioServerDefinition);
  });

  it('are not resolved for a server that is no longer configured', async () => {
    const [provided] = await extension.definitions.provideMcpServerDefinitions();
    assert.ok(provided);
    await configure(extension, { other: { url: 'https://other.example/mcp' } });
    await assert.rejects(extension.definitions.resolveMcpServerDefinition(provided), /repositories/);
  });

  it('change with the address or a header, and not with sign-in settings or a status', async () => {
    let changes = 0;
    const subscription = extension.definitions.onDidChangeMcpServerDefinitions(() => changes++);
    const version = async () => (await extension.definitions.provideMcpServerDefinitions())[0]?.version;
    const before = await version();
    extension.states.observe(serverNamed(extension, 'repositories'), { kind: 'challenged' });
    await configure(extension, { repositories: { ...one.repositories, oauth: { clientId: 'abc' } } });
    assert.equal(changes, 0);
    assert.equal(await version(), before);
    await configure(extension, { repositories: { ...one.repositories, headers: { 'X-Team': 'a' } } });
    assert.equal(changes, 1);
    assert.notEqual(await version(), before);
    subscription.dispose();
  });
});
