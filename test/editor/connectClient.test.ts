import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { agentAddress } from '../../src/broker/agents/agentSettings.js';
import { ClientConnections, type ConnectionPlan } from '../../src/broker/agents/clientConnections.js';
import { AgentsTree } from '../../src/editor/agents/agentsTree.js';
import { ConfigurationPreview } from '../../src/editor/connections/configurationPreview.js';
import { ConnectClient } from '../../src/editor/connections/connectClient.js';
import { DisconnectClient } from '../../src/editor/connections/disconnectClient.js';
import { BridgeFiles } from '../../src/node/clients/bridgeFiles.js';
import { ClientConnectionFiles } from '../../src/node/clients/clientConnectionFiles.js';
import { FileLock } from '../../src/node/files/fileLock.js';
import { MachineFileStore } from '../../src/node/clients/otherFileStore.js';
import { OtherPrograms } from '../../src/node/clients/otherPrograms.js';
import { systemClock } from '../../src/node/machine.js';
import { MemoryLog } from '../broker/memoryStores.js';
import { DialogueAnswers } from './dialogueAnswers.js';
import { startEditorScene, type EditorScene } from './editorScene.js';

const mine =
  '{\n  // mine\n  "mcpServers": { "repositories": { "url": "https://mine.example.com/mcp" } }\n}\n';

describe('connecting another MCP client', () => {
  let scene: EditorScene;
  let home: string;
  let cursor: string;
  let shown: ConnectionPlan[];
  let connections: ClientConnections;
  before(async () => {
    scene = await startEditorScene();
  });
  beforeEach(async () => {
    home = await mkdtemp(path.join(os.tmpdir(), 'home-'));
    cursor = path.join(home, '.cursor', 'mcp.json');
    await mkdir(path.dirname(cursor));
    shown = [];
    const { agents, signOuts, settings, context } = scene.extension;
    const storage = path.join(home, 'storage');
    connections = new ClientConnections({
      admissions: agents.admissions,
      withdraw: (agent) => signOuts.withdraw(agent),
      files: new MachineFileStore(path.join(storage, 'backups')),
      keys: new BridgeFiles(storage, context.asAbsolutePath('dist/bridge.js')),
      records: new ClientConnectionFiles(storage),
      lock: new FileLock(path.join(storage, 'locks'), new MemoryLog()),
      servers: () => settings.servers,
      address: ({ name }) => agentAddress(1, name),
    });
  });
  afterEach(async () => {
    const { agents } = scene.extension;
    for (const connection of await connections.all()) await connections.disconnect(connection);
    assert.deepEqual(await agents.admissions.all(), []);
    await rm(home, { recursive: true });
  });
  after(async () => {
    await scene.extension.agents.port.look();
    await scene.close();
  });

  const connect = (answers: DialogueAnswers) => {
    const { extension } = scene;
    return new ConnectClient(
      {
        servers: () => extension.settings.servers,
        credentials: extension.credentials,
        toolsOf: () => ['list_branches', 'create_branch'],
        clock: systemClock,
        connections,
        programs: new OtherPrograms(home, {}),
        filesNote: undefined,
        preview: {
          show: (plan) => {
            shown.push(plan);
            return Promise.resolve();
          },
          close: () => Promise.resolve(),
        },
      },
      answers.window,
    ).run();
  };
  const servers = async (file: string) =>
    (JSON.parse((await readFile(file, 'utf8')).replace('// mine', '')) as { mcpServers: object }).mcpServers;

  it('offers installed clients first, and writes nothing before approval', async () => {
    await writeFile(cursor, mine);
    const answers = new DialogueAnswers('Cursor', 'repositories', 'Replace', 'Show Changes', undefined);
    assert.equal(await connect(answers), undefined);
    assert.match(answers.shown[0] ?? '', /^Cursor \|\s+\| .*\.cursor\/mcp\.json$/);
    assert.match(answers.shown[1] ?? '', /\| not found on this machine \|/);
    assert.equal(shown[0]?.before, mine);
    assert.match(shown[0].after, /\/\/ mine/);
    assert.equal(await readFile(cursor, 'utf8'), mine);
    assert.deepEqual(await readdir(path.dirname(cursor)), ['mcp.json']);
  });

  it('writes what it showed, lists the client, and restores the file when it is disconnected', async () => {
    await writeFile(cursor, mine, { mode: 0o640 });
    const answers = new DialogueAnswers('Cursor', 'repositories', 'Replace', 'Show Changes', 'Connect');
    const connection = (await connect(answers)) ?? assert.fail();
    assert.equal(await readFile(cursor, 'utf8'), shown[0]?.after);
    const { extension } = scene;
    const tree = new AgentsTree(extension.agents, extension.settings, systemClock, connections);
    const [row] = await tree.getChildren();
    const item = tree.getTreeItem(row ?? assert.fail());
    assert.deepEqual([item.label, item.description, item.contextValue], ['Cursor', 'connected', 'client']);
    tree.dispose();
    const [backup] = (await readdir(path.dirname(cursor))).filter((name) => name !== 'mcp.json');
    assert.equal(await readFile(path.join(path.dirname(cursor), backup ?? ''), 'utf8'), mine);
    if (process.platform !== 'win32') {
      const { command, args } = (await servers(cursor))['repositories' as never] as {
        command: string;
        args: string[];
      };
      assert.equal((await stat(command)).mode & 0o777, 0o700);
      assert.equal((await stat(args[0] ?? '')).mode & 0o777, 0o600);
      assert.match(await readFile(args[0] ?? '', 'utf8'), /mcpob_/);
    }
    const yes = new DialogueAnswers('Disconnect');
    await new DisconnectClient(connections, yes.window).run(connection);
    assert.match(yes.shown.at(-1) ?? '', /is as it was before/);
    assert.equal(await readFile(cursor, 'utf8'), mine);
    assert.deepEqual(await readdir(path.dirname(cursor)), ['mcp.json']);
  });

  it('keeps the client’s own server of the same name if the user says so', async () => {
    await writeFile(cursor, mine);
    const answers = new DialogueAnswers('Cursor', 'repositories', 'Use the Name', 'Connect');
    assert.ok(await connect(answers));
    assert.deepEqual(Object.keys(await servers(cursor)), ['repositories', 'repositories-2']);
  });

  it('limits the client as the user chooses', async () => {
    const answers = new DialogueAnswers('Cursor', 'repositories', 'Limit', 'All scopes', 'list_branches', '1 day', 'Connect'); // prettier-ignore
    const { agentId } = (await connect(answers)) ?? assert.fail();
    const [agent] = await scene.extension.agents.admissions.all();
    assert.equal(agent?.id, agentId);
    assert.deepEqual(agent.servers, [{ url: scene.server.url, tools: ['list_branches'] }]);
    assert.ok(agent.expiresAt !== undefined);
  });

  it('rejects a malformed file with the position of the fault, and changes nothing', async () => {
    await writeFile(cursor, '{\n  "mcpServers" {}\n}');
    const answers = new DialogueAnswers('Cursor', 'repositories', undefined);
    assert.equal(await connect(answers), undefined);
    assert.match(
      answers.shown.at(-1) ?? '',
      /mcp\.json wasn’t changed: Line 2, column 16: a colon is missing/,
    );
    assert.equal(await readFile(cursor, 'utf8'), '{\n  "mcpServers" {}\n}');
  });

  it('connects a client once', async () => {
    assert.ok(await connect(new DialogueAnswers('Cursor', 'repositories', 'Connect')));
    const again = new DialogueAnswers('Cursor');
    assert.equal(await connect(again), undefined);
    assert.match(again.shown.at(-1) ?? '', /Cursor is already connected/);
  });

  it('shows the file next to the proposed content', async () => {
    await writeFile(cursor, mine);
    const preview = new ConfigurationPreview();
    await preview.show({ uri: vscode.Uri.file(cursor).toString(), before: mine, after: `${mine}\n` });
    const tab = vscode.window.tabGroups.activeTabGroup.activeTab;
    assert.ok(tab?.input instanceof vscode.TabInputTextDiff);
    assert.equal(tab.input.original.fsPath, cursor);
    const document = await vscode.workspace.openTextDocument(tab.input.modified);
    assert.equal(document.getText(), `${mine}\n`);
    await preview.close();
    assert.equal(vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).includes(tab), false);
    preview.dispose();
  });
});
