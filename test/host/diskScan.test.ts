import { ClassicLevel } from 'classic-level';
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { scanDisk, scanForSecrets, type Secret } from './diskScan.js';
import { createStateDirectory, type StateDirectory } from './stateDirectory.js';

/** Creates the kinds of secret of a sign-in, as `oidc-provider` and Web Crypto do. */
function plantedSecrets(): Secret[] {
  const random = (bytes: number) => randomBytes(bytes).toString('base64url');
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return [
    {
      name: 'access token',
      value: `${part({ alg: 'RS256', typ: 'at+jwt' })}.${part({ sub: 'user-alice' })}.${random(256)}`,
    },
    { name: 'refresh token', value: random(32) },
    { name: 'authorization code', value: random(32) },
    { name: 'code verifier', value: random(32) },
    { name: 'relay key', value: random(32) },
    { name: 'private key', value: randomBytes(48).toString('base64') },
  ];
}

type Form = (value: string) => Buffer;
const forms: Record<string, Form> = {
  'in plain text': (value) => Buffer.from(`{"access_token":"${value}"}`),
  'in UTF-16': (value) => Buffer.from(`{"access_token":"${value}"}`, 'utf16le'),
  'in base64 at offset zero': (value) => Buffer.from(Buffer.from(`${value};`).toString('base64')),
  'in base64 at offset one': (value) => Buffer.from(Buffer.from(`:${value};`).toString('base64')),
  'in base64 at offset two': (value) => Buffer.from(Buffer.from(`: ${value};`).toString('base64')),
  'in base64url': (value) => Buffer.from(Buffer.from(`??>${value}`).toString('base64url')),
  'in base64 of UTF-16': (value) => Buffer.from(Buffer.from(`:${value}`, 'utf16le').toString('base64')),
  'in base64 in UTF-16': (value) => Buffer.from(Buffer.from(value).toString('base64'), 'utf16le'),
  'percent-encoded': (value) => Buffer.from(`?token=${encodeURIComponent(value)}&x=1`),
  'percent-encoded in every byte': (value) =>
    Buffer.from(Buffer.from(value).toString('hex').replace(/../g, '%$&')),
  'in hex': (value) => Buffer.from(Buffer.from(value).toString('hex').toUpperCase()),
};

type Place = (dir: string, content: Buffer) => Promise<void>;
const around = (content: Buffer) => Buffer.concat([randomBytes(3000), content, randomBytes(3000)]);
const places: Record<string, Place> = {
  'a log': (dir, content) => writeFile(path.join(dir, 'a.log'), around(content)),
  'a gzip file': (dir, content) => writeFile(path.join(dir, 'a.gz'), gzipSync(around(content))),
  'gzip within a file': (dir, content) => writeFile(path.join(dir, 'a'), around(gzipSync(content))),
  'zlib within a file': (dir, content) =>
    writeFile(path.join(dir, 'a'), around(deflateSync(around(content)))),
  'a zip member': (dir, content) => writeFile(path.join(dir, 'a.zip'), zipOf(around(content))),
  'gzip in a zip member': (dir, content) => writeFile(path.join(dir, 'a.zip'), zipOf(gzipSync(content))),
  'a brotli file': (dir, content) => writeFile(path.join(dir, 'a.br'), brotliCompressSync(around(content))),
  'zstd within a file': (dir, content) =>
    writeFile(path.join(dir, 'a'), around(zstdCompressSync(around(content)))),
  "a compressed body in the browser's cache": (dir, content) =>
    writeFile(path.join(dir, '0123_0'), simpleCacheEntry(brotliCompressSync(around(content)))),
  'an IndexedDB value': (dir, content) =>
    writeFile(path.join(dir, 'blob'), Buffer.concat([Buffer.from([0xff, 0x11, 0x02]), snap(content)])),
};

describe('a scan of the disk for secrets', () => {
  let state: StateDirectory;
  const secrets = plantedSecrets();
  before(function () {
    if (Number(process.versions.node.split('.')[0]) < 24) this.skip();
  });
  beforeEach(async () => {
    state = await createStateDirectory();
  });
  afterEach(() => state.remove());

  const foundNames = async () => {
    const findings = await scanForSecrets([state.path], secrets);
    return [...new Set(findings.map(({ secret }) => secret))].sort();
  };

  for (const [placeName, place] of Object.entries(places)) {
    for (const [formName, form] of Object.entries(forms)) {
      it(`finds each kind of secret ${formName} in ${placeName}`, async () => {
        for (const { name, value } of secrets) {
          const dir = path.join(state.path, name);
          await mkdir(dir);
          await place(dir, form(value));
        }
        const findings = await scanForSecrets([state.path], secrets);
        for (const { name } of secrets) {
          const own = findings.filter(({ secret }) => secret === name);
          assert.notEqual(own.length, 0, `${name} was not found`);
          assert.ok(own.every(({ file }) => path.dirname(file) === path.join(state.path, name)));
        }
      });
    }
  }

  /** One value for each position at which a block or page can end within it. */
  const oneForEachOffset = () =>
    Array.from({ length: 44 }, (_, offset) => ({
      name: String(offset),
      value: randomBytes(32).toString('base64url'),
    }));

  for (const stored of ['table', 'log']) {
    it(`finds one at every position of a block boundary in a LevelDB ${stored}`, async () => {
      const values = oneForEachOffset();
      const db = new ClassicLevel<string, string>(state.path, { compression: true });
      for (const [offset, { name, value }] of values.entries()) {
        await db.put(name, `${'x'.repeat(32_768 - 100 + offset)}${value}${value.toUpperCase()}`);
      }
      if (stored === 'table') await db.compactRange('', '\xff');
      await db.close();
      const findings = await scanForSecrets([state.path], values);
      assert.deepEqual(
        new Set(findings.map(({ secret }) => secret)),
        new Set(values.map(({ name }) => name)),
      );
    });
  }

  it('finds one in a key that LevelDB stores as its difference from the previous key', async () => {
    const [secret] = secrets;
    assert.ok(secret);
    const db = new ClassicLevel<string, string>(path.join(state.path, 'db'), { compression: true });
    await db.put(secret.value.slice(0, -6), 'a');
    await db.put(secret.value, 'b');
    await db.compactRange('', '\xff');
    await db.close();
    assert.deepEqual(await foundNames(), [secret.name]);
  });

  it('finds one at every position of a page boundary in an SQLite database', async () => {
    const { DatabaseSync } = await import('node:sqlite');
    const values = oneForEachOffset();
    const db = new DatabaseSync(path.join(state.path, 'a.db'));
    db.exec('CREATE TABLE item (value TEXT)');
    const insert = db.prepare('INSERT INTO item VALUES (?)');
    for (const [offset, { value }] of values.entries()) {
      // Of a row of 12,473 bytes, including a 4-byte header, 489 are in its own page and 4092 in each page
      // that follows.
      const text = `${'x'.repeat(489 + 4092 - 4 - offset)}${value}`;
      insert.run(text.padEnd(12_469, 'y'));
    }
    db.close();
    const file = await readFile(path.join(state.path, 'a.db'));
    assert.equal(
      values.filter(({ value }) => !file.includes(value)).length,
      42,
      'a page ends within all but two',
    );
    const findings = await scanForSecrets([state.path], values);
    assert.deepEqual(new Set(findings.map(({ secret }) => secret)), new Set(values.map(({ name }) => name)));
  });

  it('finds one that was deleted from an SQLite database but is still in its file', async () => {
    const { DatabaseSync } = await import('node:sqlite');
    const db = new DatabaseSync(path.join(state.path, 'a.db'));
    db.exec('CREATE TABLE item (value TEXT)');
    for (const { value } of secrets)
      db.prepare('INSERT INTO item VALUES (?)').run(`${'x'.repeat(2000)}${value}`);
    db.exec('DELETE FROM item');
    db.close();
    assert.deepEqual(await foundNames(), secrets.map(({ name }) => name).sort());
  });

  it('finds one in the name of a file and in the target of a link', async () => {
    const [, inName, inLink] = secrets;
    assert.ok(inName && inLink);
    await writeFile(path.join(state.path, `callback-${inName.value}`), '');
    await symlink(`/nowhere/${inLink.value}`, path.join(state.path, 'link'));
    assert.deepEqual(await foundNames(), [inLink.name, inName.name].sort());
  });

  it('finds half of one', async () => {
    for (const { name, value } of secrets) await writeFile(path.join(state.path, name), value.slice(-24));
    assert.deepEqual(await foundNames(), secrets.map(({ name }) => name).sort());
  });

  it('does not confuse tokens of the same issuer, and reports nothing for a secret that is absent', async () => {
    const token = secrets[0]?.value ?? '';
    const other = `${token.slice(0, token.lastIndexOf('.') + 1)}${randomBytes(256).toString('base64url')}`;
    for (const [index, place] of Object.values(places).entries()) {
      const dir = path.join(state.path, String(index));
      await mkdir(dir);
      await place(dir, Buffer.from(other));
    }
    const scan = await scanDisk([state.path], secrets);
    assert.deepEqual(scan.findings, []);
    assert.equal(scan.files, Object.keys(places).length);
  });

  it('rejects a value too short to be distinctive, and a missing directory', async () => {
    await assert.rejects(scanForSecrets([state.path], [{ name: 'pin', value: '123456' }]), RangeError);
    await assert.rejects(scanForSecrets([path.join(state.path, 'none')], secrets), { code: 'ENOENT' });
  });
});

function zipOf(content: Buffer): Buffer {
  const name = Buffer.from('member');
  const data = deflateRawSync(content);
  const header = Buffer.alloc(30);
  header.write('PK\x03\x04', 'latin1');
  header.writeUInt16LE(20, 4);
  header.writeUInt16LE(8, 8);
  header.writeUInt32LE(data.length, 18);
  header.writeUInt32LE(content.length, 22);
  header.writeUInt16LE(name.length, 26);
  return Buffer.concat([header, name, data]);
}

function simpleCacheEntry(body: Buffer): Buffer {
  const key = Buffer.from('1/0/http://127.0.0.1/token');
  const header = Buffer.alloc(24);
  Buffer.from('305c72a71b6dfbfc', 'hex').copy(header);
  header.writeUInt32LE(5, 8);
  header.writeUInt32LE(key.length, 12);
  return Buffer.concat([header, key, body]);
}

/**
 * Compresses with Snappy, using literals and copies: the content twice, with the second one as copies of
 * the first.
 */
function snap(content: Buffer): Buffer {
  const parts: Buffer[] = [varint(content.length * 2)];
  for (let at = 0; at < content.length; at += 60) {
    const literal = content.subarray(at, at + 60);
    parts.push(Buffer.from([(literal.length - 1) << 2]), literal);
  }
  for (let at = 0; at < content.length; at += 60) {
    const copy = Buffer.alloc(3);
    copy[0] = ((Math.min(60, content.length - at) - 1) << 2) | 2;
    copy.writeUInt16LE(content.length, 1);
    parts.push(copy);
  }
  return Buffer.concat(parts);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    bytes.push(rest > 0x7f ? (rest & 0x7f) | 0x80 : rest);
    if (rest <= 0x7f) return Buffer.from(bytes);
  }
}
