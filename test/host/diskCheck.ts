import { ClassicLevel } from 'classic-level';
import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { gzipSync } from 'node:zlib';
import { scanDisk, type Finding } from './diskScan.js';
import type { Secret } from './storedBytes/secretForms.js';

export interface DiskCheckOptions {
  /** Absolute path of the editor's user data. */
  readonly userDataDir: string;
  readonly extensionsDir: string;
  /** Absolute path of the browser's profile. */
  readonly profileDir: string;
  /** The values that were in use. */
  readonly secrets: readonly Secret[];
}

/**
 * Checks that no file of the editor and the browser contains a secret. Then writes each secret into each
 * kind of place and checks that the scan finds it there, so that an empty result is meaningful. Both
 * programs must have ended.
 *
 * @returns a description of what was scanned
 * @throws Error with each finding, or with each place whose planted secret was not found
 */
export async function checkDisk(options: DiskCheckOptions): Promise<string> {
  const { userDataDir, extensionsDir, profileDir, secrets } = options;
  const kinds = new Set(secrets.map(({ name }) => name));
  for (const kind of ['code', 'code_verifier', 'access_token', 'refresh_token', 'bearer']) {
    if (!kinds.has(kind)) throw new Error(`no ${kind} was overheard: a scan without it proves nothing`);
  }
  const dirs = [userDataDir, extensionsDir, profileDir];
  const scan = await scanDisk(dirs, secrets);
  const open = scan.findings.filter((finding) => !isSpentCodeInVisitedAddress(finding, profileDir));
  if (open.length > 0) throw new Error(`secrets lie open on the disk:\n${open.map(inTexts).join('\n')}`);
  const places = await plant(userDataDir, profileDir, secrets);
  const { findings } = await scanDisk(dirs, secrets);
  const missed = places.flatMap((place) =>
    secrets
      .filter(({ name }) => !findings.some(({ secret, file }) => secret === name && file.startsWith(place)))
      .map(({ name }) => `${name} in ${place}`),
  );
  if (missed.length > 0) throw new Error(`the scan does not find what was planted:\n${missed.join('\n')}`);
  const megabytes = Math.round(scan.bytes / 1e6);
  const visited = new Set(scan.findings.map(({ file }) => path.relative(profileDir, file)));
  const excepted =
    visited.size === 0
      ? ''
      : `, but for spent codes in the browser's own record of visited addresses (${[...visited].join(', ')})`;
  return `none of ${secrets.length} secrets in ${scan.files} files (${megabytes} MB)${excepted}; each is found when planted in ${places.length} places`;
}

/**
 * A browser stores visited addresses, and the authorization response is one (RFC 6749 §4.1.2), so its code
 * is stored with any client. By then, the code is used up, and it is worthless without the verifier. Page
 * storage must not contain codes either.
 */
function isSpentCodeInVisitedAddress({ secret, file }: Finding, profileDir: string): boolean {
  const within = path.relative(profileDir, file);
  if (secret !== 'code' || within.startsWith('..')) return false;
  return !/^Default[\\/](Local Storage|Session Storage|IndexedDB|Service Worker|WebStorage|File System)[\\/]/.test(
    within,
  );
}

function inTexts({ secret, form, within, file }: Finding): string {
  return `  ${secret} (${[form, ...within].join(', in ')}) in ${file}`;
}

/** @returns the places, each as the start of the absolute path of the files that now contain every secret */
async function plant(userDataDir: string, profileDir: string, secrets: readonly Secret[]): Promise<string[]> {
  const all = JSON.stringify(secrets);
  const profile = (...names: string[]) => path.join(profileDir, 'Default', ...names);
  const places: [string, (file: string) => Promise<void> | void][] = [
    [path.join(userDataDir, 'logs', 'planted.log'), (file) => appendFile(file, `[info] ${all}\n`)],
    [path.join(userDataDir, 'User', 'settings.json'), (file) => appendFile(file, encodeURIComponent(all))],
    [
      path.join(userDataDir, 'User', 'globalStorage', 'planted', 'state.json.gz'),
      (file) => writeFile(file, gzipSync(all)),
    ],
    [path.join(userDataDir, 'User', 'globalStorage', 'state.vscdb'), (file) => insertRow(file, secrets)],
    [
      path.join(userDataDir, 'User', 'workspaceStorage', 'planted', 'chat.json'),
      (file) => writeFile(file, Buffer.from(all).toString('base64')),
    ],
    [profile('History'), (file) => insertRow(file, secrets)],
    [profile('Local Storage', 'leveldb'), (file) => putValues(file, secrets)],
    [profile('Session Storage'), (file) => putValues(file, secrets)],
    [profile('Cache', 'Cache_Data', 'planted_0'), (file) => writeFile(file, gzipSync(all))],
  ];
  for (const [file, write] of places) {
    await mkdir(path.dirname(file), { recursive: true });
    await write(file);
  }
  return places.map(([file]) => file);
}

function insertRow(file: string, secrets: readonly Secret[]): void {
  const db = new DatabaseSync(file);
  db.exec('CREATE TABLE IF NOT EXISTS planted (value TEXT)');
  const insert = db.prepare('INSERT INTO planted VALUES (?)');
  for (const { value } of secrets) insert.run(`${'x'.repeat(4000)}${value}`);
  db.close();
}

/** Writes values as a page's storage does: UTF-16 after a zero byte, in compressed tables. */
async function putValues(directory: string, secrets: readonly Secret[]): Promise<void> {
  const db = new ClassicLevel<string, Buffer>(directory, { valueEncoding: 'buffer', compression: true });
  for (const [index, { value }] of secrets.entries()) {
    await db.put(`planted ${index}`, Buffer.concat([Buffer.from([0]), Buffer.from(value, 'utf16le')]));
  }
  await db.compactRange('', '\xff');
  await db.close();
}
