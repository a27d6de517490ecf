import { watch, type FSWatcher } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import type { Clock, Disposable } from '../../base/clock.js';

/** The time within which several changes that the system reports count as one, in milliseconds. */
const gathering = 50;
/**
 * The interval at which the directory is read if the system reports no changes, as on some network file
 * systems, in milliseconds.
 */
const lookingEvery = 800;
/**
 * The interval at which the directory is read even if the system supports reporting changes, in milliseconds:
 * some file systems wrongly claim to.
 */
const doubtingEvery = 5_000;

/** Reports changes in a directory, using the system's notifications if available, and polling otherwise. */
export class DirectoryWatch implements Disposable {
  #watcher: FSWatcher | undefined;
  #gathering: Disposable | undefined;
  #looking: Disposable | undefined;
  #seen: string | undefined;
  #isDisposed = false;

  /**
   * @param directory created if it does not exist
   * @param state returns a text that changes with the watched content
   */
  constructor(
    private readonly directory: string,
    private readonly clock: Clock,
    private readonly state: () => Promise<string>,
    private readonly onChange: () => void,
  ) {
    void this.#start();
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#watcher?.close();
    this.#gathering?.dispose();
    this.#looking?.dispose();
  }

  async #start(): Promise<void> {
    await this.#look();
    try {
      await mkdir(this.directory, { recursive: true, mode: 0o700 });
      // The watch was disposed of in the meantime.
      if (this.#isDisposed) return;
      const watcher = watch(this.directory, { persistent: false }, () => this.#gather());
      watcher.on('error', () => {
        watcher.close();
        this.#watcher = undefined;
      });
      this.#watcher = watcher;
    } catch {
      // If the system cannot watch the directory, polling is sufficient.
    }
    // This reports changes from before the watch started.
    if (!this.#isDisposed) this.onChange();
  }

  #gather(): void {
    if (this.#isDisposed) return;
    this.#gathering ??= this.clock.after(gathering, () => {
      this.#gathering = undefined;
      this.onChange();
    });
  }

  async #look(): Promise<void> {
    const state = await this.state().catch(() => this.#seen);
    if (this.#isDisposed) return;
    if (this.#seen !== undefined && state !== this.#seen) this.onChange();
    this.#seen = state;
    const pause = this.#watcher === undefined ? lookingEvery : doubtingEvery;
    this.#looking = this.clock.after(pause, () => void this.#look());
  }
}
