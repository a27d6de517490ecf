import { randomUUID } from 'node:crypto';
import { rename, readdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * The number of attempts to replace a file: Windows refuses to replace a file while another program, such as
 * an indexer or a virus scanner, has it open.
 */
const tries = 10;
/** The pause between the attempts, in milliseconds. */
const pause = 20;
const heldByAnother = ['EPERM', 'EACCES', 'EBUSY'];

export interface AtomicWriteOptions {
  /** The new file's permissions; only its owner can read and write it if absent. */
  readonly mode?: number;
  /** Whether the content must be on the disk before the file is replaced. */
  readonly flush?: boolean;
  /** Runs on the temporary file just before it replaces the file; if it rejects, the file is not replaced. */
  readonly beforeReplacing?: (temporary: string) => Promise<void>;
}

/**
 * Writes a whole file: a reader sees either the old or the new content, never a part. The content is written
 * to a hidden temporary file in the same directory, which must exist.
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

/** Replaces a file with another one in a single step. */
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

/** Checks whether an error is a system error with this code, such as `ENOENT`. */
export function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

/**
 * The age in milliseconds at which a temporary file is certain to be left over from a process that ended
 * while writing.
 */
const abandonedAfter = 60_000;

/**
 * The age in milliseconds at which a record certainly belongs to a client that no longer exists: a sign-in in
 * use is written at each refresh.
 */
const unusedAfter = 90 * 24 * 3_600_000;

/** Removes the temporary files of processes that ended while writing. */
export function removeAbandoned(directory: string): Promise<void> {
  return removeOlder(directory, abandonedAfter, (name) => name.endsWith('.tmp'));
}

/**
 * Removes other clients' records that have not been written for months. Secret storage still has their
 * content for the client that they belong to.
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
    // Another process may have removed or renamed the file in the meantime.
    const written = await stat(file).then(
      ({ mtimeMs }) => mtimeMs,
      () => Infinity,
    );
    if (written < Date.now() - age) await rm(file, { force: true }).catch(() => undefined);
  }
}
