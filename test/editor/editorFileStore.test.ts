import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { OtherFileFault } from '../../src/broker/imports/otherFiles.js';
import { EditorFileStore } from '../../src/editor/imports/editorFileStore.js';
import { OtherProgramFiles } from '../../src/editor/imports/otherProgramFiles.js';
import { pickMany } from '../../src/editor/imports/pickMany.js';
import { MachineFileStore } from '../../src/node/clients/otherFileStore.js';

/** Files that only the editor can reach, such as those of a remote machine. */
class RemoteFiles implements vscode.FileSystemProvider {
  readonly files = new Map<string, Uint8Array>();
  type = vscode.FileType.File;
  readonly onDidChangeFile = new vscode.EventEmitter<vscode.FileChangeEvent[]>().event;
  watch = () => new vscode.Disposable(() => undefined);
  readDirectory = () => [];
  createDirectory = () => undefined;
  rename = () => undefined;
  stat = (uri: vscode.Uri) => {
    const size = this.readFile(uri).length;
    return { type: this.type, ctime: 0, mtime: 0, size };
  };
  readFile = (uri: vscode.Uri) => {
    const bytes = this.files.get(uri.path);
    if (bytes === undefined) throw vscode.FileSystemError.FileNotFound(uri);
    return bytes;
  };
  writeFile = (uri: vscode.Uri, bytes: Uint8Array) => void this.files.set(uri.path, bytes);
  delete = (uri: vscode.Uri) => void this.files.delete(uri.path);
}

describe('files of other programs that only the editor can reach', () => {
  const remote = new RemoteFiles();
  const uri = 'import-test:/work/.vscode/mcp.json';
  let home: string;
  let store: EditorFileStore;
  let registered: vscode.Disposable;
  before(async () => {
    registered = vscode.workspace.registerFileSystemProvider('import-test', remote);
    home = await mkdtemp(path.join(os.tmpdir(), 'backups-'));
    store = new EditorFileStore(new MachineFileStore(home), vscode.Uri.file(path.join(home, 'kept')));
  });
  after(async () => {
    registered.dispose();
    await rm(home, { recursive: true });
  });

  it('are read, replaced, and backed up on this machine for the user alone', async () => {
    assert.equal(await store.read(uri), undefined);
    await store.replace(uri, undefined, '\uFEFFa');
    assert.equal(await store.read(uri), '\uFEFFa');
    const backup = await store.backUp(uri, '\uFEFFa');
    const second = await store.backUp(uri, 'b');
    assert.deepEqual(await readdir(path.join(home, 'kept')), [
      'mcp.json.mcp-oauth-backup',
      'mcp.json.mcp-oauth-backup-2',
    ]);
    const file = vscode.Uri.parse(backup).fsPath;
    assert.equal(await readFile(file, 'utf8'), '\uFEFFa');
    if (process.platform !== 'win32') assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.equal(await store.read(second), 'b');
  });

  it('are not changed if their content has changed, and are not read as text if they are binary', async () => {
    const changed = (error: unknown) => error instanceof OtherFileFault && error.reason === 'changed';
    await assert.rejects(store.replace(uri, 'other', 'b'), changed);
    remote.files.set('/work/.vscode/mcp.json', Uint8Array.of(0xff, 0xfe));
    await assert.rejects(
      store.read(uri),
      (error: unknown) => error instanceof OtherFileFault && error.reason === 'notText',
    );
  });

  it('are not read if they are links to a device, which has no end', async () => {
    remote.files.set('/work/.mcp.json', Uint8Array.of(0x7b, 0x7d));
    remote.type = vscode.FileType.Unknown | vscode.FileType.SymbolicLink;
    await assert.rejects(
      store.read('import-test:/work/.mcp.json'),
      (error: unknown) => error instanceof OtherFileFault && error.reason === 'unreadable',
    );
    remote.type = vscode.FileType.File | vscode.FileType.SymbolicLink;
    assert.equal(await store.read('import-test:/work/.mcp.json'), '{}');
  });

  it('are skipped in a repository if they exceed the length of any team list', async () => {
    const file = { uri, label: '.mcp.json', client: 'claudeCode', kind: 'repository' } as const;
    class Repository extends OtherProgramFiles {
      override get repositoryFiles() {
        return [file];
      }
    }
    const programs = { home, files: [], profileFiles: () => Promise.resolve([]) };
    const files = new Repository(store, programs, vscode.Uri.file(path.join(home, 'User', 'x', 'y')));
    remote.type = vscode.FileType.File;
    remote.files.set('/work/.vscode/mcp.json', new Uint8Array(256 * 1024 + 1).fill(0x20));
    const { files: read, faults } = await files.readRepositories();
    assert.deepEqual([read.length, faults.map(({ fault }) => fault.reason)], [0, ['tooLarge']]);
  });
});

describe('a list with multiple selection', () => {
  it('returns the selected rows, and never an informational one', async () => {
    const items = [{ label: 'a', picked: true }, { label: 'b' }, { label: 'c', picked: true, isFixed: true }];
    const picking = pickMany(items, { title: 'Title', placeholder: 'Placeholder' });
    await acceptUntilClosed(picking);
    assert.deepEqual(await picking, [items[0]]);
  });

  it('returns nothing if it is closed', async () => {
    const picking = pickMany([{ label: 'a', picked: true }], { title: 'Title', placeholder: 'Placeholder' });
    await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
    assert.equal(await picking, undefined);
  });
});

/** The list accepts no key before it is shown. */
async function acceptUntilClosed(picking: Promise<unknown>): Promise<void> {
  const state = { isOpen: true };
  void picking.then(() => (state.isOpen = false));
  while (state.isOpen) await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
}
