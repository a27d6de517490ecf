import { randomUUID } from 'node:crypto';
import { rename, readdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Other programs hold a file for a moment (indexers, virus scanners), and Windows then refuses to replace it. */
const tries = 10;
/** Milliseconds between them. */
const pause = 20;
const heldByAnother = ['EPERM', 'EACCES', 'EBUSY'];

export interface AtomicWriteOptions {
  /** The new file's permissions; readable by its user alone if absent. */
  readonly mode?: number;
  /** Whether the contents have to be on the disk before the file is replaced. */
  readonly flush?: boolean;
  /** Runs on the temporary file just before it takes the file's place, which does not happen if this rejects. */
  readonly beforeReplacing?: (temporary: string) => Promise<void>;
}

/**
 * Writes a whole file: a reader sees the old contents or the new ones, never half of them. The contents go into a hidden
 * temporary file in the same directory, which has to exist.
 */
export async function writeAtomically(
  file: string,
  contents: string | Uint8Array,
  { mode = 0o600, flush = false, beforeReplacing }: AtomicWriteOptions = {},
): Promise<void> {
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${randomUUID()}.tmp`);
  try {
    await writeFile(temporary, contents, { mode, flag: 'wx', flush });
    await beforeReplacing?.(temporary);
    await replaceFile(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Moves a file into another's place in one step. */
async function replaceFile(from: string, to: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await rename(from, to);
      return;
    } catch (error) {
      if (attempt === tries || !heldByAnother.some((code) => isCode(error, code))) throw error;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

/** Whether it is the system's error of this code, such as `ENOENT`. */
export function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

/** A write takes a moment; a temporary file this old was left by a process that ended in between. In milliseconds. */
const abandonedAfter = 60_000;

/** A record of a sign-in in use is written at each refresh; one this old belongs to a client that is gone. In milliseconds. */
const unusedAfter = 90 * 24 * 3_600_000;

/** Removes the temporary files of processes that ended while they wrote. */
export function removeAbandoned(directory: string): Promise<void> {
  return removeOlder(directory, abandonedAfter, (name) => name.endsWith('.tmp'));
}

/**
 * Removes records that have not been written for months. Secret storage holds what they hold, for the client they
 * belong to.
 */
export function removeUnused(directory: string, isAnothers: (name: string) => boolean): Promise<void> {
  return removeOlder(directory, unusedAfter, (name) => name.endsWith('.json') && isAnothers(name));
}

async function removeOlder(
  directory: string,
  age: number,
  isMeant: (name: string) => boolean,
): Promise<void> {
  for (const name of (await readdir(directory)).filter(isMeant)) {
    const file = path.join(directory, name);
    // Another process may have removed it, or renamed it, in between.
    const written = await stat(file).then(
      ({ mtimeMs }) => mtimeMs,
      () => Infinity,
    );
    if (written < Date.now() - age) await rm(file, { force: true }).catch(() => undefined);
  }
}
