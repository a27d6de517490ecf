import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { BridgeFiles } from '../../src/node/clients/bridgeFiles.js';
import { systemClock } from '../../src/node/machine.js';
import { requestAddress } from '../../src/node/windows/windowAddresses.js';
import { MemoryLog } from '../broker/memoryStores.js';
import { Redacted } from '../../src/base/redacted.js';

describe('what the stdio command reads', () => {
  let directory: string;
  let files: BridgeFiles;
  beforeEach(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), 'bridges-'));
    const command = path.join(directory, 'command.js');
    await writeFile(command, '');
    files = new BridgeFiles(directory, command);
  });
  afterEach(() => rm(directory, { recursive: true }));

  const left = async () => (await readdir(path.join(directory, 'agents'))).sort();

  it('is removed for the agent that is withdrawn, at every server of it, and for no other', async () => {
    for (const name of ['one-repositories', 'one-reports', 'two-repositories'])
      await files.write(name, 'http://127.0.0.1:1/agents/x/mcp', new Redacted('key'));
    await files.removeAll('one');
    assert.deepEqual(await left(), ['bridge.js', 'two-repositories.json']);
  });

  it('is a command for sessions that is always the same and holds no secret, and its script', async () => {
    const log = new MemoryLog();
    const secret = new Redacted('planted-key');
    const address = () => Promise.resolve({ url: 'http://127.0.0.1:4567', key: secret });
    const window = files.window({ folders: () => [], address, clock: systemClock, log });
    const before = files.command('repositories');
    await files.place();
    await window.announce();
    const [name = ''] = await readdir(files.windows);
    await requestAddress(files.windows, name);
    while ((await readdir(files.windows)).length > 1) await setTimeout(10);
    const [file = ''] = await readdir(files.windows);
    assert.match(await readFile(path.join(files.windows, file), 'utf8'), /planted-key/);
    if (process.platform !== 'win32')
      assert.equal((await stat(path.join(files.windows, file))).mode & 0o777, 0o600);
    assert.deepEqual(files.command('repositories'), before);
    assert.deepEqual(before.args, [files.path, '--windows', files.windows, 'repositories']);
    assert.doesNotMatch(JSON.stringify(before), /planted-key|4567/);
    assert.equal(await readFile(files.path, 'utf8'), '');
    window.dispose();
    assert.deepEqual(await readdir(files.windows), []);
  });

  it('is a command for other programs’ files that leads to the editor of now, and holds no secret', async function () {
    if (process.platform === 'win32') this.skip();
    await files.write('one', 'http://127.0.0.1:1/agents/x/mcp', new Redacted('planted-key'));
    await files.placeLauncher();
    const { command, args, env } = files.clientCommand('one');
    assert.deepEqual([command, args, env], [files.launcher, [files.keyFile('one')], {}]);
    await writeFile(
      files.path,
      'process.stdout.write(process.argv.slice(2).join() + process.env.ELECTRON_RUN_AS_NODE)',
    );
    const run = () =>
      promisify(execFile)(command, [...args], { env: { PATH: path.dirname(process.execPath) } });
    assert.equal((await run()).stdout, `${files.keyFile('one')}1`);
    // The editor has moved: Node takes its place until a window opens.
    await writeFile(command, (await readFile(command, 'utf8')).replace(process.execPath, '/nowhere/it’s'), {
      mode: 0o700,
    });
    assert.equal((await run()).stdout, `${files.keyFile('one')}1`);
    await assert.rejects(
      promisify(execFile)(command, [...args], { env: { PATH: '/nowhere' } }),
      /Open the editor/,
    );
    await files.placeLauncher();
    assert.ok((await readFile(command, 'utf8')).includes(process.execPath));
    assert.equal((await stat(command)).mode & 0o777, 0o700);
  });

  it('need not be there to be removed', async () => {
    await files.removeAll('one');
  });
});
