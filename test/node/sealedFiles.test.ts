import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeSealingKey, SealedFiles } from '../../src/node/sealedFiles.js';
import { systemClock } from '../../src/node/systemClock.js';
import { MemoryLock, MemoryLog, MemorySecrets } from '../broker/memoryStores.js';

const name = 'https://mcp.example/mcp';

describe('sealed files', () => {
  let directory: string;
  let secrets: MemorySecrets;
  let files: SealedFiles;
  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'sealed-'));
    secrets = new MemorySecrets();
    files = new SealedFiles(directory, secrets, new MemoryLog(), systemClock);
  });
  afterEach(() => rm(directory, { recursive: true }));
  const onlyFile = async () => path.join(directory, (await readdir(directory))[0] ?? '');

  it('give back the newest record to every window that has the key', async () => {
    await files.write(name, { generation: 1, text: 'first' });
    await files.write(name, { generation: 2, text: 'second' });
    const other = new SealedFiles(directory, secrets, new MemoryLog(), systemClock);
    assert.deepEqual(await other.read(name), { generation: 2, text: 'second' });
    assert.equal(await other.read('https://other.example/mcp'), undefined);
  });

  it('have one key, whoever begins at the same moment', async () => {
    const lock = new MemoryLock();
    const made: string[] = [];
    secrets.onDidChange((key) => made.push(key));
    await Promise.all([1, 2, 3].map(() => makeSealingKey(secrets, lock)));
    await makeSealingKey(secrets, lock);
    assert.deepEqual(made, ['sealing key']);
  });

  it('tell a window without the key that there is a newer record, and nothing of it', async () => {
    await files.write(name, { generation: 7, text: 'sealed' });
    const stranger = new SealedFiles(directory, new MemorySecrets(), new MemoryLog(), systemClock);
    assert.deepEqual(await stranger.read(name), { generation: 7 });
  });

  it('tell the generation alone, with and without the key', async () => {
    assert.equal(await files.generation(name), undefined);
    await files.write(name, { generation: 7, text: 'sealed' });
    const stranger = new SealedFiles(directory, new MemorySecrets(), new MemoryLog(), systemClock);
    assert.deepEqual([await files.generation(name), await stranger.generation(name)], [7, 7]);
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
    assert.deepEqual(await files.read(name), { generation: 9 });
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

  it('pass over a file that is none of theirs', async () => {
    await files.write(name, { generation: 1, text: 'sealed' });
    await writeFile(await onlyFile(), 'half a fi');
    assert.equal(await files.read(name), undefined);
  });
});
