import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A temporary directory for one run of an editor: everything the run writes is below it. */
export interface StateDirectory {
  readonly path: string;
  /** Removes it and all below; waits out files that a dying process still writes. */
  remove(): Promise<void>;
}

/** The path is kept short: sockets are made below it, and their paths are limited to about 100 bytes. */
export async function createStateDirectory(): Promise<StateDirectory> {
  const base = process.platform === 'win32' ? tmpdir() : '/tmp';
  const directory = await mkdtemp(path.join(base, 'mob-'));
  return {
    path: directory,
    remove: () => rm(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }),
  };
}
