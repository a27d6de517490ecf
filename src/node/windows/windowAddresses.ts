import { defined } from '../../base/defined.js';
import { constants } from 'node:fs';
import { mkdir, open, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isRunning } from './runningProcess.js';

/**
 * The name of a window's file, which starts with the process ID. A request to the window has the same name
 * with a different extension.
 */
const fileName = /^(\d+)-[\da-f-]{36}\.json$/;
const requestEnding = '.wanted';
/** The name of a window's file, of a request, or of a file that was being written when its process ended. */
const anyFile = /^(\d+)-[\da-f-]{36}\.(?:json|json\.tmp|wanted)$/;
/** Windows has no such flag. */
const noLinks = process.platform === 'win32' ? 0 : constants.O_NOFOLLOW;
/** The longest file, in bytes, which exceeds the size of a window's folders and address. */
const longestFile = 100_000;

/** The content that an editor window writes for the bridge. */
interface WindowAddress {
  /** The name of the file, which is needed to request an address from the window. */
  readonly name: string;
  /** When the window was last used, in milliseconds since the epoch. */
  readonly usedAt: number;
  /** The paths of the window's workspace folders. */
  readonly folders: readonly string[];
  /** Absent until the window listens. */
  readonly address?: { readonly url: string; readonly key: string };
}

export interface FoundWindows {
  /** The windows, the one used last first. */
  readonly windows: readonly WindowAddress[];
  /** Whether a file was ignored because other users of this machine may be able to read it. */
  readonly isExposed: boolean;
}

/** Reads the files of windows whose processes are running, and removes those of processes that have ended. */
export async function readWindowAddresses(directory: string): Promise<FoundWindows> {
  const files = (await readdir(directory).catch(() => [])).filter((name) => anyFile.test(name));
  const isLeft = (name: string) => !isRunning(Number.parseInt(name, 10));
  const left = files.filter(isLeft);
  for (const file of left) await rm(path.join(directory, file), { force: true }).catch(() => undefined);
  const windows: WindowAddress[] = [];
  let isExposed = false;
  for (const name of files) {
    if (!fileName.test(name) || left.includes(name)) continue;
    const read = await readWindow(directory, name);
    if (read === 'exposed') isExposed = true;
    else if (read !== undefined) windows.push(read);
  }
  return { windows: windows.sort((one, other) => other.usedAt - one.usedAt), isExposed };
}

/** Requests a window to listen and to write its address. The window removes the request. */
export async function requestAddress(directory: string, name: string): Promise<void> {
  await writeFile(path.join(directory, requestName(name)), '', { mode: 0o600 });
}

/** Returns the name of the request that belongs to a window's file. */
export function requestName(name: string): string {
  return name.replace(/\.json$/, requestEnding);
}

/** Creates the directory. Other users may neither list nor change it, because it contains keys. */
export async function makeAddressDirectory(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
}

/** @returns undefined if the window has closed in the meantime, or has written a different format */
async function readWindow(directory: string, name: string): Promise<WindowAddress | 'exposed' | undefined> {
  try {
    // The file is checked and read through one handle, so that it cannot be replaced in between.
    const file = await open(path.join(directory, name), constants.O_RDONLY | noLinks);
    try {
      const { mode, uid, mtimeMs, size } = await file.stat();
      if (isExposedMode(mode, uid)) return 'exposed';
      if (size > longestFile) return undefined;
      return parseWindow(name, mtimeMs, JSON.parse(await file.readFile('utf8')));
    } finally {
      await file.close();
    }
  } catch {
    return undefined;
  }
}

function parseWindow(name: string, usedAt: number, value: unknown): WindowAddress | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { folders, url, key } = value as Partial<Record<string, unknown>>;
  if (!Array.isArray(folders) || !folders.every((folder) => typeof folder === 'string')) return undefined;
  const isAddress = typeof url === 'string' && /^http:\/\/127\.0\.0\.1:\d+$/.test(url);
  return defined({
    name,
    usedAt,
    folders,
    address: isAddress && typeof key === 'string' ? { url, key } : undefined,
  });
}

/**
 * Checks whether other users may access a file. On Windows, the mode does not show that, but only the user
 * can access the folder of the user's profile.
 */
export function isExposedMode(mode: number, uid: number): boolean {
  return process.platform !== 'win32' && ((mode & 0o077) !== 0 || uid !== process.getuid?.());
}
