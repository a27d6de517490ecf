import { randomUUID } from 'node:crypto';
import { rmSync, utimesSync } from 'node:fs';
import { access, rm, utimes } from 'node:fs/promises';
import path from 'node:path';
import type { Clock, Disposable } from '../../base/clock.js';
import type { Log } from '../../base/log.js';
import { DirectoryWatch } from '../files/directoryWatch.js';
import { writeAtomically } from '../files/atomicFile.js';
import { makeAddressDirectory, requestName } from './windowAddresses.js';

export interface AnnouncedWindowParts {
  /** Returns the current paths of the window's workspace folders. */
  readonly folders: () => readonly string[];
  /** Starts listening, if necessary, and returns the address. */
  readonly address: () => Promise<{ readonly url: string; readonly key: { expose(): string } }>;
  readonly clock: Clock;
  readonly log: Log;
}

export interface WindowAddressParts extends AnnouncedWindowParts {
  /** The absolute path; created when it is first needed. */
  readonly directory: string;
}

/**
 * The file that informs the bridge about this window: that it is open and, on request, the relay's address
 * and key. Only the user can read the file, which is removed with the window.
 */
export class WindowAddressFile implements Disposable {
  readonly #name = `${process.pid}-${randomUUID()}.json`;
  #watch: DirectoryWatch | undefined;
  #isAddressKnown = false;
  #isDisposed = false;
  #writing: Promise<void> = Promise.resolve();

  #usedAt: Date;

  constructor(private readonly parts: WindowAddressParts) {
    this.#usedAt = new Date(parts.clock.now());
  }

  /** Announces the window. Nothing listens before the bridge requests it. */
  async announce(): Promise<void> {
    await this.write();
    if (this.#isDisposed) return;
    this.#watch ??= new DirectoryWatch(
      this.parts.directory,
      this.parts.clock,
      async () => String(await this.#isWanted()),
      () => void this.#answer(),
    );
  }

  /** Writes the file with the current data. */
  write(): Promise<void> {
    const writing = this.#writing.then(() => this.#write());
    this.#writing = writing.catch(() => undefined);
    return writing;
  }

  /** Marks this window as the one that was used last. */
  touch(): void {
    this.#usedAt = new Date(this.parts.clock.now());
    try {
      utimesSync(this.#path(this.#name), this.#usedAt, this.#usedAt);
    } catch {
      // The window has not been announced.
    }
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#watch?.dispose();
    // Files are removed synchronously, because the process may end before an asynchronous operation does.
    for (const name of [this.#name, requestName(this.#name)]) {
      try {
        rmSync(this.#path(name), { force: true });
      } catch {
        // The bridge removes the files of processes that have ended.
      }
    }
  }

  async #write(): Promise<void> {
    const { directory, folders, address } = this.parts;
    if (this.#isOver()) return;
    await makeAddressDirectory(directory);
    const known = this.#isAddressKnown ? await address() : undefined;
    const where = known === undefined ? {} : { url: known.url, key: known.key.expose() };
    await writeAtomically(this.#path(this.#name), JSON.stringify({ folders: folders(), ...where }), {
      // Writing the address does not count as using the window.
      beforeReplacing: (temporary) => utimes(temporary, this.#usedAt, this.#usedAt),
    });
    if (this.#isOver()) this.dispose();
  }

  async #answer(): Promise<void> {
    if (this.#isDisposed || !(await this.#isWanted())) return;
    try {
      this.#isAddressKnown = true;
      await this.write();
    } catch (error) {
      this.parts.log.warn(
        `The address for agent sessions could not be written (${error instanceof Error ? error.name : 'error'}).`,
      );
    } finally {
      await rm(this.#path(requestName(this.#name)), { force: true }).catch(() => undefined);
    }
  }

  #isOver(): boolean {
    return this.#isDisposed;
  }

  #isWanted(): Promise<boolean> {
    return access(this.#path(requestName(this.#name))).then(
      () => true,
      () => false,
    );
  }

  #path(name: string): string {
    return path.join(this.parts.directory, name);
  }
}
