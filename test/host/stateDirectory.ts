import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A temporary directory with all files of one run of an editor. */
export interface StateDirectory {
  readonly path: string;
  /** Removes the directory, and retries while an ending process still writes. */
  remove(): Promise<void>;
}

/** The path is short because socket paths below it are limited to about 100 bytes. */
export async function createStateDirectory(): Promise<StateDirectory> {
  const base = process.platform === 'win32' ? tmpdir() : '/tmp';
  const directory = await mkdtemp(path.join(base, 'mob-'));
  return {
    path: directory,
    remove: () => rm(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }),
  };
}
