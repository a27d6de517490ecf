import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { FileLock } from '../../src/node/files/fileLock.js';
import { HostSealingKey } from '../../src/node/store/sealingKey.js';
import { MemoryLog } from '../broker/memoryStores.js';

describe('the id of a machine', () => {
  let folder: string;
  const directory = () => path.join(folder, 'storage');
  const file = () => path.join(directory(), 'host.key');
  const window = () => new HostSealingKey(file(), new FileLock(path.join(folder, 'locks'), new MemoryLog()));
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'host-key-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is that of a random key, stays the same, and lies in a file of its user alone', async () => {
    const id = await window().hostId();
    assert.match(id, /^[0-9a-f]{16}$/);
    assert.equal(await window().hostId(), id);
    assert.equal((await stat(file())).mode & 0o777, 0o600);
    await rm(directory(), { recursive: true });
    assert.notEqual(await window().hostId(), id);
  });

  it('is one if several windows make it at the same time', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => window().hostId()));
    assert.equal(new Set(all).size, 1);
    assert.deepEqual(await readdir(directory()), ['host.key']);
  });

  it('is made again if the file holds something else', async () => {
    await window().hostId();
    await writeFile(file(), 'nothing that we wrote');
    const id = await window().hostId();
    assert.equal(Buffer.from(await readFile(file(), 'utf8'), 'base64').length, 32);
    assert.equal(await window().hostId(), id);
  });

  it('lasts for as long as the process if nothing can be kept', async () => {
    await writeFile(directory(), 'a file in place of the folder');
    const host = window();
    const id = await host.hostId();
    assert.match(id, /^[0-9a-f-]{36}$/);
    assert.equal(await host.hostId(), id);
  });
});
