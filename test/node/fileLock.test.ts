import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, utimes, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Log } from '../../src/base/log.js';
import { FileLock } from '../../src/node/files/fileLock.js';

const quiet: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }; // prettier-ignore

/** Adds one to the number in a file, `argv[3]` times, each time under the lock of the directory `argv[2]`. */
const counting = `
  const { readFile, writeFile } = require('node:fs/promises');
  const { FileLock } = require(${JSON.stringify(require.resolve('../../src/node/files/fileLock.js'))});
  const [directory, times, file] = process.argv.slice(1);
  const lock = new FileLock(directory, { warn() {} });
  (async () => {
    for (let i = 0; i < Number(times); i++) {
      await lock.hold('refresh https://mcp.example.com/mcp', async () => {
        const before = Number(await readFile(file, 'utf8'));
        await new Promise((resolve) => setImmediate(resolve));
        await writeFile(file, String(before + 1));
      });
    }
  })();
`;

describe('FileLock', () => {
  let directory: string;
  let lock: FileLock;

  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'file-lock-'));
    lock = new FileLock(path.join(directory, 'locks'), quiet);
  });

  afterEach(() => rm(directory, { recursive: true }));

  it('lets one piece of work run at a time, and gives its result', async () => {
    const order: string[] = [];
    const first = Promise.withResolvers<undefined>();
    const one = lock.hold('a', async () => {
      order.push('first begins');
      await first.promise;
      order.push('first ends');
      return 1;
    });
    const two = lock.hold('a', () => {
      order.push('second');
      return Promise.resolve(2);
    });
    first.resolve(undefined);
    assert.deepEqual(await Promise.all([one, two]), [1, 2]);
    const began = order.indexOf('first begins');
    assert.equal(order[began + 1], 'first ends');
  });

  it('does not make one name wait for another', async () => {
    const result = await lock.hold('a', () => lock.hold('b', () => Promise.resolve('both held')));
    assert.equal(result, 'both held');
  });

  it('leaves no lock behind when the work fails, and throws what it threw', async () => {
    const failure = new TypeError('the work');
    await assert.rejects(
      lock.hold('a', () => Promise.reject(failure)),
      (error) => error === failure,
    );
    assert.deepEqual(await readdir(path.join(directory, 'locks')), []);
  });

  it('names no address on disk', async () => {
    await lock.hold('refresh https://mcp.example.com/mcp', async () => {
      const [name] = await readdir(path.join(directory, 'locks'));
      assert.match(name ?? '', /^[0-9a-f]{32}\.lock$/);
    });
  });

  it('takes over the lock of a process that died', async () => {
    await lock.hold('a', () => Promise.resolve());
    const name = await lock.hold('a', async () => (await readdir(path.join(directory, 'locks')))[0] ?? '');
    const left = path.join(directory, 'locks', name);
    await mkdir(left);
    const longAgo = new Date(Date.now() - 60_000);
    await utimes(left, longAgo, longAgo);
    assert.equal(await lock.hold('a', () => Promise.resolve('taken over')), 'taken over');
  });

  it('keeps two processes apart', async () => {
    const file = path.join(directory, 'count');
    await writeFile(file, '0');
    const count = () =>
      promisify(execFile)(process.execPath, ['-e', counting, path.join(directory, 'locks'), '20', file]);
    await Promise.all([count(), count()]);
    assert.equal(await readFile(file, 'utf8'), '40');
  }).timeout(20_000);
});
