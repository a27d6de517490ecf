import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CallFiles } from '../../src/node/files/callFiles.js';
import { systemClock } from '../../src/node/machine.js';
import { ManualClock } from '../broker/manualClock.js';

const limits = { calls: 20, bytes: 10_000, fileBytes: 200 };

describe('the files of the call record', () => {
  let directory: string;
  const open: CallFiles[] = [];
  beforeEach(async () => {
    directory = path.join(await mkdtemp(path.join(tmpdir(), 'calls-')), 'record');
  });
  afterEach(async () => {
    for (const files of open.splice(0)) files.dispose();
    await rm(path.dirname(directory), { recursive: true });
  });

  const files = (bounds = limits, clock = systemClock) => {
    const made = new CallFiles(directory, clock, bounds);
    open.push(made);
    return made;
  };
  const lines = async (reader: CallFiles) => (await reader.changes()).added.flatMap((part) => part.lines);

  it('bring each reader every line of every writer once, whoever added it', async () => {
    const [one, two] = [files(), files()];
    for (let at = 0; at < 10; at++) {
      await one.append(`one ${at}`);
      await two.append(`two ${at}`);
    }
    const all = Array.from({ length: 10 }, (_, at) => [`one ${at}`, `two ${at}`]).flat();
    assert.deepEqual(await lines(one), all);
    assert.deepEqual(await lines(two), all);
    assert.deepEqual(await lines(one), []);
    await two.append('more');
    assert.deepEqual(await lines(one), ['more']);
  });

  it('are there after a restart', async () => {
    await files().append('kept');
    assert.deepEqual(await lines(files()), ['kept']);
  });

  it('never mix lines of processes that write at the same moment', async () => {
    const writer = path.join(__dirname, 'callWriter.js');
    const children = [1, 2, 3].map((name) => fork(writer, [directory, String(name), '150']));
    for (const code of await Promise.all(children.map((child) => once(child, 'exit'))))
      assert.equal(code[0], 0);
    const seen = await lines(files());
    const expected = [1, 2, 3].flatMap((name) =>
      Array.from({ length: 150 }, (_, at) => `${name} ${at} ${'x'.repeat(300)}`),
    );
    assert.deepEqual(seen.toSorted(), expected.toSorted());
  });

  it('lose nothing but a line that was torn, which spoils no other', async () => {
    const writer = files();
    await writer.append('before');
    const [name = ''] = await readdir(directory);
    await appendFile(path.join(directory, name), '{"torn":"li');
    const reader = files();
    assert.deepEqual(await lines(reader), ['before']);
    await writer.append('after');
    assert.deepEqual(await lines(reader), ['{"torn":"li', 'after']);
  });

  it('leave files of others alone', async () => {
    await mkdir(directory);
    await writeFile(path.join(directory, 'notes.jsonl'), 'mine\n');
    const reader = files();
    await reader.append('ours');
    assert.deepEqual(await lines(reader), ['ours']);
    await reader.clear();
    assert.deepEqual(await readdir(directory), ['notes.jsonl']);
  });

  it('keep the newest calls and give up the oldest, bounded on disk', async () => {
    const writer = files();
    for (let at = 0; at < 500; at++) await writer.append(`call ${String(at).padStart(3, '0')} of many`);
    const kept = await lines(files());
    assert.equal(kept.at(-1), 'call 499 of many');
    assert.ok(kept.length >= limits.calls, String(kept.length));
    // No more than what counts, and the files at its two ends.
    assert.ok(kept.length <= limits.calls + 2 * Math.ceil(limits.fileBytes / 17), String(kept.length));
    const sizes = await Promise.all(
      (await readdir(directory)).map(async (name) => (await stat(path.join(directory, name))).size),
    );
    assert.ok(Math.max(...sizes) <= limits.fileBytes + 18);
  });

  it('keep fewer calls where those are long', async () => {
    const writer = files({ calls: 1_000, bytes: 2_000, fileBytes: 500 });
    for (let at = 0; at < 100; at++) await writer.append('long '.repeat(60));
    const names = await readdir(directory);
    const sizes = await Promise.all(names.map(async (name) => (await stat(path.join(directory, name))).size));
    assert.ok(sizes.reduce((sum, size) => sum + size) <= 2_000 + 2 * 800, sizes.join());
  });

  it('tell every reader that they were cleared, and go on', async () => {
    const [one, two] = [files(), files()];
    await one.append('gone');
    await Promise.all([lines(one), lines(two)]);
    await one.clear();
    await one.append('stays');
    for (const reader of [one, two]) {
      const { added, gone } = await reader.changes();
      assert.deepEqual(
        added.map((part) => part.lines),
        [['stays']],
      );
      assert.equal(gone.length, 1);
    }
  });

  it('can be read by their owner only', async function () {
    if (process.platform === 'win32') this.skip();
    await files().append('private');
    const [name = ''] = await readdir(directory);
    assert.equal((await stat(directory)).mode & 0o777, 0o700);
    assert.equal((await stat(path.join(directory, name))).mode & 0o777, 0o600);
    assert.equal(await readFile(path.join(directory, name), 'utf8'), 'private\n');
  });

  it('tell a window of another’s call within a second', async () => {
    const [here, there] = [files(), files()];
    await there.append('before');
    await here.changes();
    const seen = Promise.withResolvers<number>();
    let since = Infinity;
    here.watch(() => {
      void lines(here).then((added) => {
        if (added.includes('meanwhile')) seen.resolve(Date.now() - since);
      });
    });
    since = Date.now();
    await there.append('meanwhile');
    assert.ok((await seen.promise) < 1_000);
  });

  it('are polled if the system reports no changes', async () => {
    const clock = new ManualClock();
    // A file stands in the way of the directory: it cannot be watched.
    await writeFile(directory, '');
    const here = files(limits, clock);
    let told = Promise.withResolvers<void>();
    here.watch(() => told.resolve());
    await told.promise;
    told = Promise.withResolvers<void>();
    await rm(directory);
    await files().append('seen by looking');
    while (!(await Promise.race([told.promise.then(() => true), here.changes().then(() => false)])))
      clock.advance(800);
    await told.promise;
  });
});
