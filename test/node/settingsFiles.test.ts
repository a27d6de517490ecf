import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { SettingsFiles } from '../../src/node/files/settingsFiles.js';

describe('the settings files of a machine', () => {
  let data: string;
  let files: SettingsFiles;
  beforeEach(async () => {
    data = await mkdtemp(path.join(os.tmpdir(), 'settings-files-'));
    files = new SettingsFiles(path.join(data, 'User', 'globalStorage', 'publisher.name'));
  });
  afterEach(() => rm(data, { recursive: true }));

  const write = async (name: string, text: string) => {
    const file = path.join(data, ...name.split('/'));
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
    return file;
  };

  it('are none if the editor has created none', async () => {
    assert.equal(await files.machine(), undefined);
    assert.deepEqual(await files.profiles(), []);
  });

  it('are found beside the extension’s storage: the machine’s own, and one for each profile', async () => {
    const machine = await write('Machine/settings.json', '{ "a": 1 }');
    const second = await write('User/profiles/b2/settings.json', '{ "b": 2 }');
    const first = await write('User/profiles/a1/settings.json', '{}');
    await write('User/profiles/c3/tasks.json', '{}');
    assert.deepEqual(await files.machine(), { path: machine, text: '{ "a": 1 }' });
    assert.deepEqual(await files.profiles(), [
      { path: first, text: '{}' },
      { path: second, text: '{ "b": 2 }' },
    ]);
  });

  it('are omitted if they are larger than any settings file', async () => {
    await write('Machine/settings.json', ' '.repeat(4 * 1024 * 1024 + 1));
    assert.equal(await files.machine(), undefined);
  });
});
