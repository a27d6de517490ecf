import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SealedFiles } from '../../src/node/store/sealedFiles.js';
import { ClientSealingKey, HostSealingKey } from '../../src/node/store/sealingKey.js';
import { systemClock } from '../../src/node/machine.js';
import { MemoryLock, MemoryLog, MemorySecrets } from '../broker/memoryStores.js';

const name = 'https://mcp.example/mcp';

describe('sealed files', () => {
  let directory: string;
  let secrets: MemorySecrets;
  let files: SealedFiles;
  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'sealed-'));
    secrets = new MemorySecrets();
    files = sealedWith(secrets);
  });
  afterEach(() => rm(directory, { recursive: true }));
  const sealedWith = (store: MemorySecrets) =>
    new SealedFiles(directory, new ClientSealingKey(store, new MemoryLock()), new MemoryLog(), systemClock);
  const onlyFile = async () => path.join(directory, (await readdir(directory))[0] ?? '');

  it('give back the newest record to every window that has the key', async () => {
    await files.write(name, { generation: 1, text: 'first' });
    await files.write(name, { generation: 2, text: 'second' });
    const other = sealedWith(secrets);
    assert.deepEqual(await other.read(name), { generation: 2, text: 'second' });
    assert.equal(await other.read('https://other.example/mcp'), undefined);
  });

  it('have one key, even if two processes create it at the same moment', async () => {
    const lock = new MemoryLock();
    const made: string[] = [];
    secrets.onDidChange((key) => made.push(key));
    const keys = await Promise.all([1, 2, 3].map(() => new ClientSealingKey(secrets, lock).obtain()));
    assert.equal(new Set(keys.map(({ id }) => id)).size, 1);
    assert.deepEqual(made, ['sealing key']);
  });

  it('of two keys never meet: each reads and writes its own', async () => {
    await files.write(name, { generation: 7, text: 'sealed' });
    const stranger = sealedWith(new MemorySecrets());
    assert.equal(await stranger.read(name), undefined);
    await stranger.write(name, { generation: 1, text: 'other' });
    assert.deepEqual(await files.read(name), { generation: 7, text: 'sealed' });
    assert.deepEqual(await stranger.read(name), { generation: 1, text: 'other' });
  });

  it('give the generation alone, to a window that has the key', async () => {
    assert.equal(await files.generation(name), undefined);
    await files.write(name, { generation: 7, text: 'sealed' });
    assert.equal(await files.generation(name), 7);
    assert.equal(await sealedWith(new MemorySecrets()).generation(name), undefined);
  });

  it('of the machine open in every process, with a key that only its owner can read', async () => {
    const file = path.join(directory, 'machine', 'host.key');
    const lock = new MemoryLock();
    const ofHost = () =>
      new SealedFiles(directory, new HostSealingKey(file, lock), new MemoryLog(), systemClock);
    await Promise.all([1, 2, 3].map(() => new HostSealingKey(file, lock).obtain()));
    await ofHost().write(name, { generation: 1, text: 'of the machine' });
    assert.deepEqual(await ofHost().read(name), { generation: 1, text: 'of the machine' });
    assert.deepEqual(await readdir(path.dirname(file)), ['host.key']);
    if (process.platform !== 'win32') assert.equal((await stat(file)).mode & 0o777, 0o600);
  });

  it('hold nothing in clear and leave no temporary file', async () => {
    await files.write(name, { generation: 1, text: 'a-very-secret-token' });
    assert.equal((await readdir(directory)).length, 1);
    const bytes = await readFile(await onlyFile(), 'utf8');
    for (const clear of ['a-very-secret-token', btoa('a-very-secret-token'), 'mcp.example']) {
      assert.ok(!bytes.includes(clear), clear);
    }
  });

  it('do not open with another generation or under another name', async () => {
    await files.write(name, { generation: 1, text: 'sealed' });
    const file = await onlyFile();
    const changed = JSON.parse(await readFile(file, 'utf8')) as object;
    await writeFile(file, JSON.stringify({ ...changed, generation: 9 }));
    assert.equal(await files.read(name), undefined);
  });

  it('sweep away what a process that was ended left behind, and nothing that is being written', async () => {
    const minutesAgo = new Date(Date.now() - 120_000);
    for (const left of ['old.tmp', 'young.tmp', 'old.json']) await writeFile(path.join(directory, left), 'x');
    for (const old of ['old.tmp', 'old.json'])
      await utimes(path.join(directory, old), minutesAgo, minutesAgo);
    await files.write(name, { generation: 1, text: 'sealed' });
    const names = await readdir(directory);
    assert.equal(names.length, 3);
    assert.ok(names.includes('young.tmp') && names.includes('old.json'));
  });

  it('of a client that has been gone for months are removed, and those of this one stay', async () => {
    const other = sealedWith(new MemorySecrets());
    await other.write(name, { generation: 1, text: 'other' });
    await files.write('https://old.example/mcp', { generation: 1, text: 'old' });
    const monthsAgo = new Date(Date.now() - 100 * 24 * 3_600_000);
    for (const file of await readdir(directory))
      await utimes(path.join(directory, file), monthsAgo, monthsAgo);
    await files.write(name, { generation: 1, text: 'sealed' });
    assert.equal(await other.read(name), undefined);
    assert.equal((await files.read('https://old.example/mcp'))?.text, 'old');
  });

  it('pass over a file that is none of theirs', async () => {
    await files.write(name, { generation: 1, text: 'sealed' });
    await writeFile(await onlyFile(), 'half a fi');
    assert.equal(await files.read(name), undefined);
  });
});
