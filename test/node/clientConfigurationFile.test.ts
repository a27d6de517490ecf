import assert from 'node:assert/strict';
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
  writeFile,
} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { ConfigurationFileError } from '../../src/mcpClients/configurationFiles.js';
import { clientConfigurationFiles as files } from '../../src/node/clientConfigurationFile.js';

describe('the configuration file of another program', () => {
  let directory: string;
  let file: string;
  beforeEach(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), 'configuration-'));
    file = path.join(directory, 'mcp.json');
  });
  afterEach(() => rm(directory, { recursive: true }));

  const modeOf = async (name: string) => (await stat(name)).mode & 0o777;

  it('is written where a link leads, and keeps its mode', async function () {
    if (process.platform === 'win32') this.skip();
    const target = path.join(directory, 'dotfiles.json');
    await writeFile(target, 'old');
    await chmod(target, 0o664);
    await symlink('dotfiles.json', file);
    await files.write(file, 'new', 'old');
    assert.ok((await lstat(file)).isSymbolicLink());
    assert.equal(await readFile(target, 'utf8'), 'new');
    assert.equal(await modeOf(target), 0o664);
    assert.deepEqual((await readdir(directory)).sort(), ['dotfiles.json', 'mcp.json']);
  });

  it('is made where a link leads to nothing yet', async function () {
    if (process.platform === 'win32') this.skip();
    await symlink(path.join('dotfiles', 'mcp.json'), file);
    await files.write(file, 'new', undefined);
    assert.ok((await lstat(file)).isSymbolicLink());
    assert.equal(await readFile(path.join(directory, 'dotfiles', 'mcp.json'), 'utf8'), 'new');
  });

  it('is for its owner alone if it is new', async function () {
    if (process.platform === 'win32') this.skip();
    await files.write(path.join(directory, 'new', 'mcp.json'), 'new', undefined);
    assert.equal(await modeOf(path.join(directory, 'new', 'mcp.json')), 0o600);
  });

  it('is left alone if it has changed since it was read', async () => {
    await writeFile(file, 'changed');
    await assert.rejects(files.write(file, 'new', 'old'), /has just been changed by another program/);
    await assert.rejects(files.write(file, 'new', undefined), ConfigurationFileError);
    await assert.rejects(files.remove(file, 'old'), ConfigurationFileError);
    assert.equal(await readFile(file, 'utf8'), 'changed');
    assert.deepEqual(await readdir(directory), ['mcp.json']);
  });

  it('is copied byte for byte beside it, over no earlier copy', async () => {
    const bytes = Buffer.from('\uFEFF{ }\r\n');
    await writeFile(file, bytes, { mode: 0o644 });
    const copies = [await files.backUp(file), await files.backUp(file)];
    assert.notEqual(copies[0], copies[1]);
    for (const copy of copies) {
      assert.equal(path.dirname(copy), directory);
      assert.ok((await readFile(copy)).equals(bytes));
      if (process.platform !== 'win32') assert.equal(await modeOf(copy), 0o600);
    }
    assert.equal(await files.read(file), bytes.toString());
  });

  it('is refused if it is no text, and if it cannot be read', async () => {
    await writeFile(file, Buffer.from([0x7b, 0xff, 0x7d]));
    await assert.rejects(files.read(file), /mcp\.json is not a text in UTF-8/);
    await mkdir(path.join(directory, 'folder'));
    await assert.rejects(files.read(path.join(directory, 'folder')), /folder cannot be used \(EISDIR\)/);
    assert.equal(await files.read(path.join(directory, 'none')), undefined);
  });
});
