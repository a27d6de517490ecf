import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FileMemory } from '../../src/node/store/fileMemory.js';
import { MemoryLock } from '../broker/memoryStores.js';

describe('what processes without an editor remember', () => {
  let directory: string;
  let file: string;
  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'memory-'));
    file = path.join(directory, 'memory.json');
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('is shared by all of them, whichever process set it', async () => {
    const lock = new MemoryLock();
    const [one, two] = [new FileMemory(file, lock), new FileMemory(file, lock)];
    assert.equal(two.get('a'), undefined);
    await one.set('a', { tools: ['x'] });
    assert.deepEqual(two.get('a'), { tools: ['x'] });
    await Promise.all([one.set('b', 1), two.set('c', 2)]);
    assert.deepEqual([two.get('b'), one.get('c')], [1, 2]);
    await two.set('a', undefined);
    assert.equal(one.get('a'), undefined);
    assert.equal(one.get('toString'), undefined);
    assert.deepEqual(await readdir(directory), ['memory.json']);
  });

  it('is treated as empty if it cannot be read, and can be written again', async () => {
    const memory = new FileMemory(file, new MemoryLock());
    for (const text of ['{"a":', '[1]', 'null']) {
      await writeFile(file, text);
      assert.equal(memory.get('a'), undefined);
    }
    await memory.set('a', 1);
    assert.equal(memory.get('a'), 1);
  });
});
