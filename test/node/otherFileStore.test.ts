import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  watch,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { OtherFileFault } from '../../src/broker/imports/otherFiles.js';
import { MachineFileStore } from '../../src/node/clients/otherFileStore.js';

const isPosix = process.platform !== 'win32';

describe('files of other programs on this machine', () => {
  let home: string;
  let store: MachineFileStore;
  let file: string;
  let uri: string;
  beforeEach(async () => {
    home = await mkdtemp(path.join(tmpdir(), 'other files '));
    store = new MachineFileStore(path.join(home, 'storage', 'backups'));
    file = path.join(home, 'mcp.json');
    uri = pathToFileURL(file).href;
  });
  afterEach(() => rm(home, { recursive: true }));

  const fault = (reason: string) => (error: unknown) =>
    error instanceof OtherFileFault && error.reason === reason;

  it('are read completely, including a byte order mark, and are undefined if they are missing', async () => {
    assert.equal(await store.read(uri), undefined);
    await writeFile(file, '\uFEFF{ "ä": 1 }\r\n');
    assert.equal(await store.read(uri), '\uFEFF{ "ä": 1 }\r\n');
  });

  it('are not read if they are no UTF-8, or a directory', async () => {
    await writeFile(file, Buffer.from([0xff, 0xfe, 0x7b, 0x00]));
    await assert.rejects(store.read(uri), fault('notText'));
    await rm(file);
    await mkdir(file);
    await assert.rejects(store.read(uri), fault('unreadable'));
  });

  it('are not read if they are larger than any such file', async () => {
    await writeFile(file, '');
    await import('node:fs/promises').then(({ truncate }) => truncate(file, 33 * 1024 * 1024));
    await assert.rejects(store.read(uri), fault('tooLarge'));
  });

  it('are not read if they are links to a device or a pipe, which have no end', async function () {
    if (!isPosix) this.skip();
    await symlink('/dev/zero', file);
    await assert.rejects(store.read(uri), fault('unreadable'));
    await rm(file);
    execFileSync('mkfifo', [file]);
    await assert.rejects(store.read(uri), fault('unreadable'));
  });

  it('keep what another program writes while they are being replaced', async function () {
    // Elsewhere, notices of changes come late.
    if (process.platform !== 'linux') this.skip();
    await writeFile(file, 'a');
    // The other program writes as soon as it sees that a file is being made beside its own.
    const watching = new AbortController();
    const other = (async () => {
      for await (const { filename } of watch(home, { signal: watching.signal })) {
        if (filename?.endsWith('.tmp') !== true) continue;
        writeFileSync(file, 'newer');
        return;
      }
    })();
    const text = 'b'.repeat(16 * 1024 * 1024);
    await assert.rejects(store.replace(uri, 'a', text), fault('changed'));
    watching.abort();
    await other;
    assert.equal(await readFile(file, 'utf8'), 'newer');
    assert.deepEqual(await readdir(home), ['mcp.json']);
  });

  it('keep their mode when they are replaced, and leave no temporary file', async () => {
    await writeFile(file, 'a');
    await chmod(file, 0o664);
    await store.replace(uri, 'a', 'b');
    assert.equal(await readFile(file, 'utf8'), 'b');
    if (isPosix) assert.equal((await stat(file)).mode & 0o777, 0o664);
    assert.deepEqual(await readdir(home), ['mcp.json']);
  });

  it('stay unchanged if their content has changed in the meantime', async () => {
    await writeFile(file, 'newer');
    await assert.rejects(store.replace(uri, 'a', 'b'), fault('changed'));
    await assert.rejects(store.replace(uri, undefined, 'b'), fault('changed'));
    assert.equal(await readFile(file, 'utf8'), 'newer');
  });

  it('are made for the user alone, and removed again', async () => {
    const nested = path.join(home, '.cursor', 'mcp.json');
    const nestedUri = pathToFileURL(nested).href;
    await store.replace(nestedUri, undefined, '{}');
    if (isPosix) assert.equal((await stat(nested)).mode & 0o777, 0o600);
    await store.replace(nestedUri, '{}', undefined);
    assert.equal(await store.read(nestedUri), undefined);
  });

  it('change behind a symbolic link, which stays one, and are backed up next to the link', async function () {
    if (!isPosix) this.skip();
    const dotfiles = path.join(home, 'dotfiles');
    await mkdir(path.join(dotfiles, '.git'), { recursive: true });
    const target = path.join(dotfiles, 'real.json');
    await writeFile(target, 'a', { mode: 0o640 });
    await symlink(target, file);
    const backup = fileURLToPath(await store.backUp(uri, 'a'));
    await store.replace(uri, 'a', 'b');
    assert.ok((await lstat(file)).isSymbolicLink());
    assert.equal(await readFile(target, 'utf8'), 'b');
    assert.equal(path.dirname(backup), home);
    assert.equal((await stat(target)).mode & 0o777, 0o640);
    assert.deepEqual(await readdir(dotfiles), ['.git', 'real.json']);
  });

  it('are backed up next to them for the user alone, each time in another file', async () => {
    await writeFile(file, 'a', { mode: 0o644 });
    const first = fileURLToPath(await store.backUp(uri, 'a'));
    const second = fileURLToPath(await store.backUp(uri, 'b'));
    assert.deepEqual(
      [path.basename(first), path.basename(second)],
      ['mcp.json.mcp-oauth-backup', 'mcp.json.mcp-oauth-backup-2'],
    );
    assert.deepEqual([await readFile(first, 'utf8'), await readFile(second, 'utf8')], ['a', 'b']);
    if (isPosix) assert.equal((await stat(first)).mode & 0o777, 0o600);
  });

  it('are backed up outside of a repository, which might be committed', async () => {
    await mkdir(path.join(home, 'work', '.git'), { recursive: true });
    await mkdir(path.join(home, 'work', '.vscode'));
    const inside = path.join(home, 'work', '.vscode', 'mcp.json');
    await writeFile(inside, 'a');
    const backup = fileURLToPath(await store.backUp(pathToFileURL(inside).href, 'a'));
    assert.equal(path.dirname(backup), path.join(home, 'storage', 'backups'));
    if (isPosix) assert.equal((await stat(backup)).mode & 0o777, 0o600);
    assert.deepEqual(await readdir(path.dirname(inside)), ['mcp.json']);
  });

  it('report the system’s error code if they cannot be written', async function () {
    if (!isPosix || process.getuid?.() === 0) this.skip();
    await writeFile(file, 'a');
    await chmod(home, 0o500);
    try {
      await assert.rejects(
        store.replace(uri, 'a', 'b'),
        (error: unknown) => fault('unwritable')(error) && (error as OtherFileFault).code === 'EACCES',
      );
    } finally {
      await chmod(home, 0o700);
    }
  });
});
