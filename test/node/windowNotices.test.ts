import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { systemClock } from '../../src/node/machine.js';
import { WindowNoticeFiles } from '../../src/node/windows/windowNotices.js';

describe('notices between windows', () => {
  let directory: string;
  const windows: WindowNoticeFiles[] = [];
  const open = () => {
    const window = new WindowNoticeFiles(directory, systemClock);
    windows.push(window);
    return window;
  };
  beforeEach(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), 'notices-'));
  });
  afterEach(async () => {
    for (const window of windows.splice(0)) await window.close();
    await rm(directory, { recursive: true, force: true });
  });

  it('reach every other window, the newest in place of the ones before it', async () => {
    const [one, other] = [open(), open()];
    await one.post({ said: 1 });
    await one.post({ said: 2 });
    assert.deepEqual(await other.others(), [{ said: 2 }]);
    assert.deepEqual(await one.others(), []);
  });

  it('fire an event when they change', async () => {
    const [one, other] = [open(), open()];
    const told = new Promise<void>((resolve) => {
      other.onDidChange(() => {
        void other.others().then((all) => {
          if (all.length > 0) resolve();
        });
      });
    });
    await one.post('here');
    await told;
  });

  it('are removed with the window that posted them', async () => {
    const [one, other] = [open(), open()];
    await one.post('here');
    await one.close();
    assert.deepEqual(await other.others(), []);
    assert.deepEqual(await readdir(directory), []);
  });

  it('are ignored if their window was killed', async () => {
    const ended = spawn(process.execPath, ['-e', '']);
    await once(ended, 'exit');
    const left = `${ended.pid ?? 0}-00000000-0000-4000-8000-000000000000.json`;
    await writeFile(path.join(directory, left), '"still here"');
    assert.deepEqual(await open().others(), []);
    assert.deepEqual(await readdir(directory), []);
  });

  it('that cannot be read are left out, and spoil none', async () => {
    const [one, other] = [open(), open()];
    await one.post('here');
    await writeFile(
      path.join(directory, `${process.pid}-00000000-0000-4000-8000-000000000000.json`),
      '{ half',
    );
    assert.deepEqual(await other.others(), ['here']);
  });
});
