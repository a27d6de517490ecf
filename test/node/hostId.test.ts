import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { HostId } from '../../src/node/hostId.js';

describe('the id of a machine', () => {
  let folder: string;
  const directory = () => path.join(folder, 'storage');
  const file = () => path.join(directory(), 'hostId');
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'host-id-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is random, stays the same, and lies in a file of its user alone', async () => {
    const id = await new HostId(directory()).get();
    assert.match(id, /^[0-9a-f-]{36}$/);
    assert.equal(await new HostId(directory()).get(), id);
    assert.equal((await stat(file())).mode & 0o777, 0o600);
    await rm(directory(), { recursive: true });
    assert.notEqual(await new HostId(directory()).get(), id);
  });

  it('is one, where several windows make it at the same time', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => new HostId(directory()).get()));
    assert.equal(new Set(all).size, 1);
    assert.deepEqual(await readdir(directory()), ['hostId']);
  });

  it('is made again where the file holds something else', async () => {
    await new HostId(directory()).get();
    await writeFile(file(), 'nothing that we wrote');
    const id = await new HostId(directory()).get();
    assert.equal(await readFile(file(), 'utf8'), id);
  });

  it('lasts for as long as the process where nothing can be kept', async () => {
    await writeFile(directory(), 'a file where the folder should be');
    const host = new HostId(directory());
    const id = await host.get();
    assert.match(id, /^[0-9a-f-]{36}$/);
    assert.equal(await host.get(), id);
  });
});
