import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';

/** A write takes a moment; a temporary file this old was left by a process that ended in between. In milliseconds. */
const abandonedAfter = 60_000;

/** Removes what processes that were ended left behind of what they wrote: sealed, and of no use to anyone. */
export async function removeAbandoned(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (!name.endsWith('.tmp')) continue;
    const file = path.join(directory, name);
    // Another process may have removed it, or renamed it, in between.
    const written = await stat(file).then(
      ({ mtimeMs }) => mtimeMs,
      () => Infinity,
    );
    if (written < Date.now() - abandonedAfter) await rm(file, { force: true }).catch(() => undefined);
  }
}
