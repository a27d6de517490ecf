import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { SealedStore, SealedStoreUnreadable } from '../../src/node/store/sealedStore.js';
import { MemoryLock } from '../broker/memoryStores.js';

/** Sets `argv[3]` secrets of the name `argv[4]` in the store of the directory `argv[2]`, one after the other. */
const writing = `
  const { FileLock } = require(${JSON.stringify(require.resolve('../../src/node/files/fileLock.js'))});
  const { SealedStore } = require(${JSON.stringify(require.resolve('../../src/node/store/sealedStore.js'))});
  const [directory, key, count, name] = process.argv.slice(1);
  const lock = new FileLock(directory + '/locks', { warn() {} });
  const store = new SealedStore(directory + '/secrets.json', new Uint8Array(Buffer.from(key, 'base64')), lock);
  (async () => {
    for (let at = 0; at < Number(count); at++) await store.set(name + at, 'value of ' + name + at);
  })();
`;

describe('the sealed store', () => {
  let directory: string;
  let file: string;
  let key: Uint8Array<ArrayBuffer>;
  const open = (withKey = key) => new SealedStore(file, withKey, new MemoryLock());
  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'sealed-store-'));
    file = path.join(directory, 'home', 'secrets.json');
    key = new Uint8Array(randomBytes(32));
  });
  afterEach(() => rm(directory, { recursive: true }));

  const unreadable = (why: SealedStoreUnreadable['why']) => (error: unknown) =>
    error instanceof SealedStoreUnreadable && error.why === why && error.message.includes(file);

  it('gives back what was set, in whatever process, and nothing that was deleted', async () => {
    const store = open();
    assert.equal(await store.get('a'), undefined);
    await store.set('a', 'first');
    await store.set('__proto__', 'second');
    assert.deepEqual([await open().get('a'), await open().get('__proto__')], ['first', 'second']);
    await store.delete('a');
    assert.equal(await open().get('a'), undefined);
    assert.equal(await open().get('__proto__'), 'second');
  });

  it('fires for its own changes, until the listener is disposed', async () => {
    const store = open();
    const heard: string[] = [];
    const listening = store.onDidChange((changed) => heard.push(changed));
    await store.set('a', '1');
    await store.delete('a');
    listening.dispose();
    await store.set('b', '1');
    assert.deepEqual(heard, ['a', 'a']);
  });

  it('stores nothing in readable form, is only the owner’s, and encrypts differently each time', async () => {
    const store = open();
    await store.set('credential https://mcp.example/mcp', 'a-very-secret-token');
    const first = await readFile(file, 'utf8');
    for (const clear of ['a-very-secret-token', btoa('a-very-secret-token'), 'mcp.example'])
      assert.ok(!first.includes(clear), clear);
    if (process.platform !== 'win32') {
      assert.equal((await stat(file)).mode & 0o777, 0o600);
      assert.equal((await stat(path.dirname(file))).mode & 0o777, 0o700);
    }
    await store.set('credential https://mcp.example/mcp', 'a-very-secret-token');
    const second = await readFile(file, 'utf8');
    const nonceOf = (text: string) => (JSON.parse(text) as { nonce: string }).nonce;
    assert.notEqual(nonceOf(second), nonceOf(first));
    assert.deepEqual(await readdir(path.dirname(file)), ['secrets.json']);
  });

  it('neither opens nor writes over what another key sealed', async () => {
    await open().set('a', 'kept');
    const before = await readFile(file);
    const stranger = open(new Uint8Array(randomBytes(32)));
    await assert.rejects(stranger.get('a'), unreadable('anotherKey'));
    await assert.rejects(stranger.set('a', 'lost'), unreadable('anotherKey'));
    await assert.rejects(stranger.delete('a'), unreadable('anotherKey'));
    assert.deepEqual(await readFile(file), before);
    assert.equal(await open().get('a'), 'kept');
  });

  it('neither opens nor writes over what was damaged or altered', async () => {
    await open().set('a', 'kept');
    const whole = await readFile(file, 'utf8');
    const fields = JSON.parse(whole) as Record<'sealed', string>;
    const altered = Buffer.from(fields.sealed, 'base64');
    altered[0] = (altered[0] ?? 0) ^ 1;
    const damages = {
      cut: whole.slice(0, -20),
      empty: '',
      altered: JSON.stringify({ ...fields, sealed: altered.toString('base64') }),
      'of another version': JSON.stringify({ ...fields, version: 2 }),
      nothing: 'null',
    };
    for (const [damage, text] of Object.entries(damages)) {
      await writeFile(file, text);
      await assert.rejects(open().get('a'), unreadable('damaged'), damage);
      await assert.rejects(open().set('a', 'lost'), unreadable('damaged'), damage);
      assert.equal(await readFile(file, 'utf8'), text, damage);
    }
  });

  it('removes what a process that was ended left of a write, and no write under way', async () => {
    await open().set('a', '1');
    const [old, fresh] = ['secrets.json.old.tmp', 'secrets.json.fresh.tmp'];
    for (const name of [old, fresh]) await writeFile(path.join(path.dirname(file), name), 'half');
    const past = new Date(Date.now() - 120_000);
    await utimes(path.join(path.dirname(file), old), past, past);
    await open().set('a', '2');
    assert.deepEqual((await readdir(path.dirname(file))).sort(), ['secrets.json', fresh]);
  });

  it('loses nothing of what several processes write at once', async () => {
    const names = ['x', 'y', 'z'];
    const count = 8;
    file = path.join(directory, 'secrets.json');
    const run = promisify(execFile);
    const keyText = Buffer.from(key).toString('base64');
    await Promise.all(
      names.map((name) => run(process.execPath, ['-e', writing, directory, keyText, String(count), name])),
    );
    const store = open();
    for (const name of names)
      for (let at = 0; at < count; at++)
        assert.equal(await store.get(`${name}${at}`), `value of ${name}${at}`);
  }).timeout(60_000);
});
