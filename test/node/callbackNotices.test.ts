import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { CallbackNotices } from '../../src/broker/callbacks/callbackNotices.js';
import { handedCallback } from '../../src/broker/callbacks/handedCallback.js';
import { PendingCallbacks } from '../../src/broker/callbacks/pendingCallbacks.js';
import { systemClock } from '../../src/node/machine.js';
import { WindowNoticeFiles } from '../../src/node/windows/windowNotices.js';
import { MemoryLog } from '../broker/memoryStores.js';

describe('a callback for another window, on the disk', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), 'callbacks-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('reaches the window that waits, in files of the user alone, which hold no code', async () => {
    const files = [0, 1].map(() => new WindowNoticeFiles(path.join(directory, 'callbacks'), systemClock));
    const log = new MemoryLog();
    const [waiting, other] = files.map((notices) => {
      const callbacks = new PendingCallbacks();
      return { callbacks, way: new CallbackNotices(callbacks, notices, systemClock, log) };
    });
    assert.ok(waiting !== undefined && other !== undefined);
    const got = new Promise<URLSearchParams>((resolve) => waiting.callbacks.expect('the state', resolve));
    const parameters = new URLSearchParams({ code: 'a-secret-code', state: 'the state' });
    const callback = (await handedCallback('/callback', parameters)) ?? assert.fail();
    while (!(await other.way.hand(callback))) await new Promise(setImmediate);
    const written = path.join(directory, 'callbacks');
    for (const name of await readdir(written)) {
      const file = path.join(written, name);
      const [text, { mode }] = await Promise.all([readFile(file, 'utf8'), stat(file)]);
      assert.doesNotMatch(text, /secret|the state/);
      if (process.platform !== 'win32') assert.equal(mode & 0o077, 0);
    }
    assert.equal((await got).get('code'), 'a-secret-code');
    for (const { way } of [waiting, other]) way.dispose();
    for (const one of files) await one.close();
    assert.deepEqual([await readdir(written), log.lines], [[], []]);
  });
});
