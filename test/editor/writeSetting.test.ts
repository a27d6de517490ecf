import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { openRemoteSettings } from '../../src/editor/settings/takeOverSettings.js';
import { settingWriter, SettingUnwritable } from '../../src/editor/settings/writeSetting.js';
import { activeExtension, configure, type ActiveExtension } from './activeExtension.js';
import { systemClock } from '../../src/node/machine.js';
import { SettingsFileOnDisk } from './settingsFileOnDisk.js';

const mine = { url: 'https://mine.example/mcp' };

describe('a setting written in a remote window from the user’s own machine', () => {
  let extension: ActiveExtension;
  let data: string;
  let file: string;
  /** Ends the time that the editor has to apply the write. */
  let expire: (() => void) | undefined;
  before(async () => {
    extension = await activeExtension();
  });
  beforeEach(async () => {
    data = await mkdtemp(path.join(os.tmpdir(), 'write-setting-'));
    file = path.join(data, 'User', 'settings.json');
    await mkdir(path.dirname(file));
    expire = undefined;
  });
  afterEach(async () => {
    await configure(extension, undefined);
    await rm(data, { recursive: true });
  });

  const writer = () =>
    settingWriter({
      place: { isDesktop: true, isUsersMachine: true },
      remoteName: 'ssh-remote',
      globalStorageUri: vscode.Uri.file(path.join(data, 'User', 'globalStorage', 'publisher.name')),
      machineSettings: () => Promise.reject(new Error('This machine is no remote one.')),
      clock: {
        now: () => 0,
        after: (milliseconds, callback) => {
          assert.equal(milliseconds, 5_000);
          expire = callback;
          return { dispose: () => undefined };
        },
      },
    });
  const until = async (condition: () => boolean | Promise<boolean>) => {
    while (!(await condition())) await new Promise((resolve) => setImmediate(resolve));
  };
  /** This editor reads another file, so the test applies the same write there. */
  const holds = (text: string) =>
    until(async () => (await readFile(file, 'utf8').catch(() => '')).includes(text));

  it('is written to the user’s settings file, whose other lines and comments are preserved', async () => {
    await writeFile(file, '{\n    // Mine.\n    "editor.tabSize": 3,\n}\n');
    const writing = writer()('servers', { mine });
    await holds('mine.example');
    await configure(extension, { mine });
    await writing;
    const text = await readFile(file, 'utf8');
    assert.match(text, /\/\/ Mine\.\n {4}"editor\.tabSize": 3,\n {4}"mcpOAuthBroker\.servers": \{/);
  });

  it('is written to a new file if there is none', async () => {
    const writing = writer()('servers', { mine });
    await holds('mine.example');
    await configure(extension, { mine });
    await writing;
    assert.deepEqual(JSON.parse(await readFile(file, 'utf8')), { 'mcpOAuthBroker.servers': { mine } });
  });

  it('changes no file that it cannot read', async () => {
    await writeFile(file, '{ "editor.tabSize": ');
    await assert.rejects(writer()('servers', { mine }), SettingUnwritable);
    assert.equal(await readFile(file, 'utf8'), '{ "editor.tabSize": ');
  });

  it('reports that the editor does not apply the written value', async () => {
    const writing = writer()('servers', { mine });
    await holds('mine.example');
    const refused = assert.rejects(
      writing,
      /“mcpOAuthBroker\.servers” was saved, but VS Code doesn’t use it/,
    );
    await until(() => expire !== undefined);
    expire?.();
    await refused;
  });
});

describe('the settings file of the remote machine', () => {
  it('opens in the editor', async () => {
    const file = SettingsFileOnDisk.machine(await activeExtension());
    const text = await file.say({ 'mcpOAuthBroker.servers': { mine } });
    try {
      assert.deepEqual(await openRemoteSettings(systemClock), { path: file.path, text });
    } finally {
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
      await file.say({});
    }
  });
});
