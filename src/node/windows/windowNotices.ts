import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Clock, Disposable } from '../../base/clock.js';
import type { WindowNotices } from '../../base/storage.js';
import { DirectoryWatch } from '../files/directoryWatch.js';
import { writeAtomically } from '../files/atomicFile.js';
import { isRunning } from './runningProcess.js';

const fileName = /^(\d+)-[\da-f-]{36}\.json$/;

/**
 * Keeps one file for each window, named after its process; every other window reads it when the directory
 * changes. If a window ended before it could remove its file, its process no longer exists.
 */
export class WindowNoticeFiles implements WindowNotices {
  readonly #own = `${process.pid}-${randomUUID()}.json`;
  readonly #watches = new Set<Disposable>();
  #writing: Promise<void> = Promise.resolve();
  #isDisposed = false;

  /** @param directory the absolute path; created when it is first needed */
  constructor(
    private readonly directory: string,
    private readonly clock: Clock,
  ) {}

  post(notice: unknown): Promise<void> {
    const writing = this.#writing.then(() => this.#write(JSON.stringify(notice)));
    this.#writing = writing.catch(() => undefined);
    return writing;
  }

  async others(): Promise<readonly unknown[]> {
    const read = await Promise.all((await this.#names()).map((name) => this.#read(name)));
    return read.filter((notice) => notice !== undefined);
  }

  onDidChange(listener: () => void): Disposable {
    const state = async () => {
      const texts = await Promise.all((await this.#names()).map((name) => this.#text(name)));
      return JSON.stringify(texts);
    };
    const watch = new DirectoryWatch(this.directory, this.clock, state, listener);
    this.#watches.add(watch);
    return {
      dispose: () => {
        watch.dispose();
        this.#watches.delete(watch);
      },
    };
  }

  /** Removes this window's notice. */
  async close(): Promise<void> {
    this.#isDisposed = true;
    for (const watch of this.#watches) watch.dispose();
    await this.#writing;
    await rm(this.#path(this.#own), { force: true });
  }

  dispose(): void {
    // A file that remains is recognized, because its process no longer exists.
    void this.close().catch(() => undefined);
  }

  async #write(text: string): Promise<void> {
    if (this.#isDisposed) return;
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    await writeAtomically(this.#path(this.#own), text);
  }

  /** Returns the files of the other open windows. */
  async #names(): Promise<readonly string[]> {
    const names = await readdir(this.directory).catch(() => []);
    const others: string[] = [];
    for (const name of names.sort()) {
      const pid = fileName.exec(name)?.[1];
      if (pid === undefined || name === this.#own) continue;
      if (isRunning(Number(pid))) others.push(name);
      else await rm(this.#path(name), { force: true }).catch(() => undefined);
    }
    return others;
  }

  async #read(name: string): Promise<unknown> {
    try {
      return JSON.parse(await this.#text(name)) as unknown;
    } catch {
      // The file was removed in the meantime, or has the format of another version.
      return undefined;
    }
  }

  #text(name: string): Promise<string> {
    return readFile(this.#path(name), 'utf8').catch(() => '');
  }

  #path(name: string): string {
    return path.join(this.directory, name);
  }
}
