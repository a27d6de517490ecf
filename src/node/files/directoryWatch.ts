import { watch, type FSWatcher } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import type { Clock, Disposable } from '../../base/clock.js';

/** If the system reports changes: how long several of them count as one, in milliseconds. */
const gathering = 50;
/** If it does not, as on some network file systems: how often the directory is read. */
const lookingEvery = 800;
/** If it claims to: how often the directory is read anyway, because some claim it wrongly. */
const doubtingEvery = 5_000;

/** Tells of changes in a directory, by the system's own notices where there are any, else by looking. */
export class DirectoryWatch implements Disposable {
  #watcher: FSWatcher | undefined;
  #gathering: Disposable | undefined;
  #looking: Disposable | undefined;
  #seen: string | undefined;
  #isDisposed = false;

  /**
   * @param directory made if it does not exist
   * @param state changes with what is watched
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
      // Disposed while it waited.
      if (this.#isDisposed) return;
      const watcher = watch(this.directory, { persistent: false }, () => this.#gather());
      watcher.on('error', () => {
        watcher.close();
        this.#watcher = undefined;
      });
      this.#watcher = watcher;
    } catch {
      // Looking does it, too.
    }
    // For what happened before it was watched.
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
