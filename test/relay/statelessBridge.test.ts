import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { BridgeFiles } from '../../src/node/clients/bridgeFiles.js';
import { startStatelessServer, type StatelessServer } from '../demo/statelessServer.js';
import { startWorld } from '../demo/world.js';
import { AgentScene, freePort } from './agentScene.js';
import { RelayWorld } from './relayWorld.js';

const command = path.join(__dirname, '..', '..', 'src', 'headless', 'bridge', 'bridgeCommand.js');

describe('the command that speaks stdio, in the revision without sessions (2026-07-28)', () => {
  let scene: AgentScene;
  let notes: StatelessServer;
  let directory: string;
  beforeEach(async () => {
    const world = await startWorld();
    notes = await startStatelessServer(world.authorizationServer);
    const stage = new RelayWorld(world, { servers: { notes: notes.url } });
    stage.own(notes);
    scene = new AgentScene(stage, await freePort());
    directory = await mkdtemp(path.join(os.tmpdir(), 'bridge-'));
  });
  afterEach(async () => {
    await scene.stage.close();
    await rm(directory, { recursive: true });
  });

  /** A client that speaks the revision if the server does. */
  async function connect(server: string) {
    const { key } = await scene.admit({ [server]: {} });
    await new BridgeFiles(directory, command).write('agent', scene.url(server), key);
    const client = new Client({ name: 'modern', version: '1' }, { versionNegotiation: { mode: 'auto' } });
    const args = [command, path.join(directory, 'agents', 'agent.json')];
    let heard = 0;
    let more = Promise.withResolvers<void>();
    client.setNotificationHandler('notifications/tools/list_changed', () => {
      heard++;
      more.resolve();
      more = Promise.withResolvers();
    });
    await client.connect(new StdioClientTransport({ command: process.execPath, args }));
    scene.stage.own(client);
    const untilHeard = async (count: number) => {
      while (heard < count) await more.promise;
    };
    return { client, untilHeard };
  }

  it('discovers, lists, calls and listens', async () => {
    await scene.stage.signIn('notes');
    const { client, untilHeard } = await connect('notes');
    assert.equal(client.getNegotiatedProtocolVersion(), '2026-07-28');
    assert.equal((await client.listTools()).tools.length, 2);
    const { content } = await client.callTool({ name: 'read_notes', arguments: {} });
    assert.deepEqual(content, [{ type: 'text', text: 'three notes' }]);
    const subscription = await client.listen({ toolsListChanged: true });
    assert.deepEqual(subscription.honoredFilter, { toolsListChanged: true });
    notes.announceTools();
    await untilHeard(1);
    await subscription.close();
    while (notes.listening > 0) await new Promise(setImmediate);
    assert.ok(!notes.methods.includes('initialize'));
  });

  it('goes on listening in the window that takes over', async () => {
    await scene.stage.signIn('notes');
    const { client, untilHeard } = await connect('notes');
    await client.listen({ toolsListChanged: true });
    const other = scene.openWindow(scene.stage.openWindow());
    scene.agents.dispose();
    await other.port.look();
    await untilHeard(1);
    while (notes.listening === 0) await new Promise(setImmediate);
    notes.announceTools();
    await untilHeard(2);
  });

  it('begins a session with a server that knows sessions only', async () => {
    await scene.stage.signIn('repositories');
    const { client } = await connect('repositories');
    assert.equal(client.getNegotiatedProtocolVersion(), '2025-11-25');
    assert.ok((await client.listTools()).tools.some(({ name }) => name === 'list_branches'));
  });
});
