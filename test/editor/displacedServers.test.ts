import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { Emitter } from '../../src/base/event.js';
import type { ServerConfig } from '../../src/broker/settings/serverSettings.js';
import { DisplacedServers } from '../../src/editor/settings/displacedServers.js';
import { OtherServerLists, type OtherServers } from '../../src/editor/settings/otherServerLists.js';
import { Redacted } from '../../src/base/redacted.js';
import { MemoryMemory } from '../broker/memoryStores.js';
import { next } from './activeExtension.js';
import { startEditorScene } from './editorScene.js';

const server = (name: string): ServerConfig => ({
  name,
  url: `https://${name}.example`,
  headers: {},
  oauth: {},
});

describe('a server that the editor switched off', () => {
  const others = {
    lists: [] as OtherServers[],
    all: undefined as OtherServers[] | undefined,
    changed: new Emitter<undefined>(),
  };
  const settings = { servers: [server('Reports'), server('notes')], changed: new Emitter<undefined>() };
  const told: string[] = [];
  const removals: (() => Promise<void>)[] = [];
  let memory: MemoryMemory;
  let displaced: DisplacedServers;
  const open = () =>
    new DisplacedServers(
      { servers: settings.servers, onDidChange: settings.changed.event },
      {
        get lists() {
          return others.lists;
        },
        get all() {
          return others.all ?? others.lists;
        },
        onDidChange: others.changed.event,
        dispose: () => undefined,
      },
      memory,
      {
        sameName: (name, { file }, remove) => {
          told.push(`${name} by ${file}`);
          removals.push(() => remove(vscode.Uri.file('/mcp.json'), name));
          return Promise.resolve();
        },
        sameAddress: (name, other) => {
          told.push(`${name} as ${other.name} in ${other.file}`);
          return Promise.resolve();
        },
        several: (names) => {
          told.push(`several: ${names.join(', ')}`);
          return Promise.resolve();
        },
      },
    );
  const list = (...names: string[]) => {
    others.lists = [{ file: '.vscode/mcp.json', names }];
    others.changed.fire(undefined);
  };
  const endpoints = {
    endpointFor: () => Promise.resolve({ url: 'http://127.0.0.1:1/mcp', key: new Redacted('key') }),
  };
  beforeEach(() => {
    told.length = 0;
    removals.length = 0;
    others.lists = [];
    others.all = undefined;
    memory = new MemoryMemory();
    displaced = open();
  });
  afterEach(() => displaced.dispose());

  it('can be turned on by removing the other server, once imports can do that', async () => {
    list('Reports');
    const removed: string[] = [];
    displaced.removeOther = (uri, name) => Promise.resolve(void removed.push(`${name} from ${uri.path}`));
    await removals[0]?.();
    assert.deepEqual(removed, ['Reports from /mcp.json']);
  });

  it('is the one whose name a file has too, from the moment it has it', () => {
    let changes = 0;
    displaced.onDidChange(() => changes++);
    assert.equal(displaced.fileFor('Reports'), undefined);
    list('reports');
    assert.equal(displaced.fileFor('Reports'), '.vscode/mcp.json');
    assert.equal(displaced.fileFor('notes'), undefined);
    list();
    assert.equal(displaced.fileFor('Reports'), undefined);
    assert.equal(changes, 2);
  });

  it('is reported once for each file, also in later windows', () => {
    list('reports');
    list('reports', 'another');
    displaced.dispose();
    displaced = open();
    assert.deepEqual(told, ['Reports by .vscode/mcp.json']);
    others.lists = [{ file: 'mcp.json', names: ['REPORTS'] }];
    others.changed.fire(undefined);
    assert.deepEqual(told, ['Reports by .vscode/mcp.json', 'Reports by mcp.json']);
  });

  it('is reported once as a duplicate if another name has its address, and not in addition to the same name', () => {
    const addresses = new Map([['theirs', 'https://notes.example/']]);
    const notes = { name: 'notes', url: 'https://notes.example' };
    // The editor runs both, so neither is switched off.
    others.all = [{ file: 'mcp.json', names: ['theirs'], addresses }];
    others.changed.fire(undefined);
    others.changed.fire(undefined);
    assert.deepEqual(told, ['notes as theirs in mcp.json']);
    assert.deepEqual(displaced.duplicateOf(notes), { name: 'theirs', file: 'mcp.json' });
    displaced.dispose();
    displaced = open();
    others.lists = [{ file: 'mcp.json', names: ['theirs', 'notes'], addresses }];
    others.changed.fire(undefined);
    assert.deepEqual(told, ['notes as theirs in mcp.json', 'notes by mcp.json']);
    assert.equal(displaced.duplicateOf(notes), undefined);
  });

  it('is reported together with the others of a file, once', () => {
    const addresses = new Map([['theirs', 'https://notes.example/']]);
    others.lists = [{ file: 'mcp.json', names: ['theirs', 'reports'], addresses }];
    others.changed.fire(undefined);
    others.changed.fire(undefined);
    assert.deepEqual(told, ['several: Reports, notes']);
  });

  it('is not reported to a user who has just requested the copy, also in later windows', async () => {
    const addresses = new Map([['theirs', 'https://notes.example/']]);
    await displaced.markTold([{ name: 'notes', url: 'https://notes.example' }]);
    others.all = [{ file: 'mcp.json', names: ['theirs'], addresses }];
    await displaced.markTold([{ name: 'notes', url: 'https://notes.example' }]);
    others.changed.fire(undefined);
    displaced.dispose();
    displaced = open();
    assert.deepEqual(told, []);
  });

  it('counts as running if the editor starts it anyway, until the file changes that', async () => {
    list('reports');
    await displaced
      .watching({ ...endpoints, agentHostAddress: () => assert.fail('not asked for') })
      .endpointFor(server('Reports'));
    assert.equal(displaced.fileFor('Reports'), undefined);
    list();
    list('reports');
    assert.equal(displaced.fileFor('Reports'), '.vscode/mcp.json');
  });
});

/** Older editors, such as VS Code 1.103, lack the setting and do not expose which of two servers they run. */
const hasCollisionSetting =
  vscode.workspace.getConfiguration('chat.mcp').inspect('collisionBehavior')?.defaultValue !== undefined;

describe('the servers that an editor without chat.mcp.collisionBehavior has from files', () => {
  it('switch off none of the extension’s servers in what is shown', () => {
    // If the setting exists, its value decides, which the tests below cover.
    if (hasCollisionSetting) return;
    const lists = new OtherServerLists(vscode.Uri.file(path.join(os.tmpdir(), 'globalStorage', 'id')));
    assert.deepEqual(lists.lists, []);
    lists.dispose();
  });
});

const describeWithSetting: (title: string, tests: () => void) => unknown = hasCollisionSetting
  ? describe
  : () => undefined;

describeWithSetting('the servers that the editor has from files', () => {
  let lists: OtherServerLists;
  let profile: string;
  const folder = () => vscode.workspace.workspaceFolders?.[0]?.uri ?? assert.fail('no folder is open');
  const workspaceFile = () => vscode.Uri.joinPath(folder(), '.vscode', 'mcp.json');
  const write = (uri: vscode.Uri, text: string) => vscode.workspace.fs.writeFile(uri, Buffer.from(text));
  const namesOf = (file: string) => lists.lists.find((one) => one.file === file)?.names;
  const until = async (isThere: () => boolean) => {
    while (!isThere()) {
      const changed = Promise.withResolvers<undefined>();
      const subscription = lists.onDidChange(changed.resolve);
      await changed.promise;
      subscription.dispose();
    }
  };
  beforeEach(async () => {
    profile = await mkdtemp(path.join(os.tmpdir(), 'profile-'));
    await writeFile(path.join(profile, 'mcp.json'), '{ "servers": { "mine": {} } }');
    lists = new OtherServerLists(vscode.Uri.file(path.join(profile, 'globalStorage', 'id')));
  });
  afterEach(async () => {
    lists.dispose();
    await rm(profile, { recursive: true });
    await vscode.workspace.getConfiguration('chat.mcp').update('collisionBehavior', undefined, true);
  });

  it('are those of the profile’s mcp.json and of .vscode/mcp.json, as they are now', async () => {
    await until(() => namesOf('your user mcp.json')?.includes('mine') === true);
    await write(workspaceFile(), '{ "servers": { "theirs": { "url": "http://127.0.0.1:1/mcp" } } }');
    try {
      await until(() => namesOf('.vscode/mcp.json')?.includes('theirs') === true);
      assert.deepEqual(
        lists.lists.map(({ uri }) => uri?.path.split('/').at(-1)),
        // The single folder is also the workspace.
        ['mcp.json', undefined, 'mcp.json'],
      );
    } finally {
      await vscode.workspace.fs.delete(vscode.Uri.joinPath(folder(), '.vscode'), { recursive: true });
    }
    await until(() => namesOf('.vscode/mcp.json') === undefined);
  });

  it('are those of a folder’s .mcp.json, after its .vscode/mcp.json', async () => {
    const shared = vscode.Uri.joinPath(folder(), '.mcp.json');
    await write(shared, '{ "mcpServers": { "shared": { "url": "http://127.0.0.1:1/mcp" } } }');
    try {
      await until(() => namesOf('.mcp.json')?.includes('shared') === true);
      assert.deepEqual(
        lists.lists.map(({ file }) => file),
        ['.mcp.json', 'your user mcp.json'],
      );
      await write(shared, '{ "mcpServers": {} }');
      await until(() => namesOf('.mcp.json') === undefined);
    } finally {
      await vscode.workspace.fs.delete(shared);
    }
  });

  it('exclude a file that is too large to be a list of servers', async () => {
    const shared = vscode.Uri.joinPath(folder(), '.mcp.json');
    const text = '{ "mcpServers": { "shared": { "command": "x" } } }';
    await write(shared, text + ' '.repeat(1024 * 1024));
    try {
      await lists.look();
      assert.equal(namesOf('.mcp.json'), undefined);
    } finally {
      await vscode.workspace.fs.delete(shared);
    }
  });

  it('switch off a server of the extension in what is shown', async () => {
    const scene = await startEditorScene();
    const displacedBy = async () =>
      (await scene.extension.statuses.all()).find((one) => one.server.name === 'repositories')?.displacedBy;
    const untilShown = async (file: string | undefined) => {
      while ((await displacedBy()) !== file) {
        const changed = Promise.withResolvers<undefined>();
        const subscription = scene.extension.statuses.onDidChange(changed.resolve);
        if ((await displacedBy()) !== file) await changed.promise;
        subscription.dispose();
      }
    };
    assert.equal(await displacedBy(), undefined);
    await write(workspaceFile(), '{ "servers": { "Repositories": { "url": "http://127.0.0.1:1/mcp" } } }');
    try {
      await untilShown('.vscode/mcp.json');
    } finally {
      await vscode.workspace.fs.delete(vscode.Uri.joinPath(folder(), '.vscode'), { recursive: true });
      await untilShown(undefined);
      await scene.close();
    }
  });

  it('are shown at the extension’s server with the same address', async () => {
    const scene = await startEditorScene();
    const row = async () => (await scene.extension.tree.getChildren())[0] ?? assert.fail();
    const untilShown = async (isShown: boolean) => {
      while (String((await row()).item.description).includes('also in') !== isShown)
        await next((told) => scene.extension.statuses.onDidChange(told));
    };
    await write(workspaceFile(), JSON.stringify({ servers: { theirs: { url: scene.server.url } } }));
    try {
      await untilShown(true);
      const shown = await row();
      assert.match(String(shown.item.description), / – also in \.vscode\/mcp\.json$/);
      assert.match(
        shown.item.accessibilityInformation?.label ?? '',
        /\.vscode\/mcp\.json has “theirs” with the same address; VS Code signs in to it itself$/,
      );
    } finally {
      await vscode.workspace.fs.delete(vscode.Uri.joinPath(folder(), '.vscode'), { recursive: true });
      await untilShown(false);
      await scene.close();
    }
  });

  it('are irrelevant if the editor runs both under separate names', async () => {
    await until(() => namesOf('your user mcp.json') !== undefined);
    await vscode.workspace.getConfiguration('chat.mcp').update('collisionBehavior', 'suffix', true);
    assert.deepEqual(lists.lists, []);
  });
});
