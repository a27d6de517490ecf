import type { Clock, Disposable } from '../../src/base/clock.js';
import type { SecretStore } from '../../src/base/storage.js';

/**
 * Secret storage as a client of the editor has it: the program whose windows the user sees, and whose secrets every
 * extension host gets, also one on another machine (`workbench/api/browser/mainThreadSecretState.ts`).
 */
export interface ModelClient {
  /** Whether every window hears of all writes. */
  readonly tellsAllWindows: boolean;
  openWindow(): WindowSecrets;
  /** The computer sleeps: nothing that a remote extension host asks of it is responded to until it wakes. */
  sleep(): void;
  wake(): void;
}

export interface WindowSecrets extends SecretStore {
  /** What a reload or closing writes before the window ends. */
  close(): void;
}

/** `base/parts/storage/common/storage.ts`, `DEFAULT_FLUSH_DELAY`: how long a window gathers its writes. */
const FLUSH_DELAY_MS = 100;
/** `platform/storage/electron-main/storageIpc.ts`, `STORAGE_CHANGE_DEBOUNCE_TIME`: before other windows are told. */
const CHANGE_DEBOUNCE_MS = 100;

abstract class SleepyClient {
  #waking: PromiseWithResolvers<undefined> | undefined;

  sleep(): void {
    this.#waking ??= Promise.withResolvers();
  }

  wake(): void {
    this.#waking?.resolve(undefined);
    this.#waking = undefined;
  }

  async awake(): Promise<void> {
    await this.#waking?.promise;
  }
}

/**
 * Desktop: the main process holds the secrets, each window a copy. A write is in the window's copy at once, reaches the
 * main process 100 ms later, and the other windows 100 ms after the last such write. The last one wins.
 */
export class DesktopClient extends SleepyClient implements ModelClient {
  readonly tellsAllWindows = true;
  readonly items = new Map<string, string>();
  readonly #windows = new Set<DesktopWindowSecrets>();
  readonly #changed = new Set<string>();
  #debounce: Disposable | undefined;

  constructor(readonly clock: Clock) {
    super();
  }

  openWindow(): WindowSecrets {
    const window = new DesktopWindowSecrets(this, new Map(this.items));
    this.#windows.add(window);
    return window;
  }

  /** `updateItems` of the storage channel: a value that is there already is no change. */
  update(changes: ReadonlyMap<string, string | undefined>): void {
    for (const [key, value] of changes) {
      if (this.items.get(key) === value) continue;
      if (value === undefined) this.items.delete(key);
      else this.items.set(key, value);
      this.#changed.add(key);
    }
    if (this.#changed.size === 0) return;
    this.#debounce?.dispose();
    this.#debounce = this.clock.after(CHANGE_DEBOUNCE_MS, () => {
      const keys = [...this.#changed];
      this.#changed.clear();
      for (const window of this.#windows)
        window.accept(new Map(keys.map((key) => [key, this.items.get(key)])));
    });
  }

  left(window: DesktopWindowSecrets): void {
    this.#windows.delete(window);
  }
}

class DesktopWindowSecrets implements WindowSecrets {
  readonly #listeners = new Set<(key: string) => void>();
  #pending = new Map<string, string | undefined>();
  #flush: Disposable | undefined;

  constructor(
    private readonly client: DesktopClient,
    private readonly cache: Map<string, string>,
  ) {}

  async get(key: string): Promise<string | undefined> {
    await this.client.awake();
    return this.cache.get(key);
  }

  async set(key: string, value: string): Promise<void> {
    await this.client.awake();
    this.#write(key, value);
  }

  async delete(key: string): Promise<void> {
    await this.client.awake();
    this.#write(key, undefined);
  }

  async keys(): Promise<readonly string[]> {
    await this.client.awake();
    return [...this.cache.keys()];
  }

  onDidChange(listener: (key: string) => void): Disposable {
    this.#listeners.add(listener);
    return { dispose: () => void this.#listeners.delete(listener) };
  }

  /** `acceptExternal`: what the main process tells replaces the copy, and is an event if it differs. */
  accept(changes: ReadonlyMap<string, string | undefined>): void {
    for (const [key, value] of changes) if (this.#put(key, value)) this.#tell(key);
  }

  close(): void {
    this.#send();
    this.client.left(this);
  }

  #write(key: string, value: string | undefined): void {
    if (!this.#put(key, value)) return;
    this.#pending.set(key, value);
    this.#flush ??= this.client.clock.after(FLUSH_DELAY_MS, () => this.#send());
    this.#tell(key);
  }

  #put(key: string, value: string | undefined): boolean {
    if (this.cache.get(key) === value) return false;
    if (value === undefined) this.cache.delete(key);
    else this.cache.set(key, value);
    return true;
  }

  #send(): void {
    this.#flush?.dispose();
    this.#flush = undefined;
    const pending = this.#pending;
    this.#pending = new Map();
    this.client.update(pending);
  }

  #tell(key: string): void {
    for (const listener of this.#listeners) listener(key);
  }
}

/**
 * Linux without a keyring: each window keeps its secrets in memory and alone
 * (`platform/secrets/common/secrets.ts`, `InMemoryStorageService`).
 */
export class ClientWithoutKeyring extends SleepyClient implements ModelClient {
  readonly tellsAllWindows = true;
  readonly #clients: DesktopClient[] = [];

  constructor(private readonly clock: Clock) {
    super();
  }

  openWindow(): WindowSecrets {
    const alone = new DesktopClient(this.clock);
    this.#clients.push(alone);
    return alone.openWindow();
  }

  override sleep(): void {
    for (const client of this.#clients) client.sleep();
  }

  override wake(): void {
    for (const client of this.#clients) client.wake();
  }
}

/**
 * A browser: a tab loads the secrets once, hears of its own writes, and each write replaces all of them with what the
 * tab has (`code/browser/workbench/workbench.ts`, `LocalStorageSecretStorageProvider`).
 */
export class BrowserClient extends SleepyClient implements ModelClient {
  readonly tellsAllWindows = false;
  #stored: ReadonlyMap<string, string> = new Map();

  openWindow(): WindowSecrets {
    const listeners = new Set<(key: string) => void>();
    const tab = new Map(this.#stored);
    const write = async (key: string, value: string | undefined) => {
      await this.awake();
      if (value === undefined) tab.delete(key);
      else tab.set(key, value);
      this.#stored = new Map(tab);
      for (const listener of listeners) listener(key);
    };
    return {
      get: async (key) => {
        await this.awake();
        return tab.get(key);
      },
      set: write,
      delete: (key) => write(key, undefined),
      onDidChange: (listener) => {
        listeners.add(listener);
        return { dispose: () => void listeners.delete(listener) };
      },
      close: () => undefined,
    };
  }
}
