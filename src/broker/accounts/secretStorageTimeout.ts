import type { Clock, Disposable } from '../../base/clock.js';
import type { Log } from '../../base/log.js';
import type { SecretStore } from '../../base/storage.js';

/** How long secret storage may take, in milliseconds. In a remote window a client that sleeps never responds. */
const RESPONSE_TIMEOUT_MS = 10_000;
/** The same once it has left a request without a response, so that further ones do not each wait that long. */
const SILENT_TIMEOUT_MS = 1_000;
/** How long to wait for a write whose value is already on disk, in milliseconds. */
const BACKED_WRITE_TIMEOUT_MS = 1_000;

/** Secret storage did not respond in time. Nothing is lost: a write that was begun is carried out once it responds. */
export class SecretStorageTimeout extends Error {
  override readonly name = 'SecretStorageTimeout';
  constructor() {
    super(
      'The editor’s secret storage did not respond. It belongs to the computer whose window is connected here. ' +
        'Wake that computer or reconnect the window, then try again.',
    );
  }
}

/** Secret storage whose requests end within a time limit, even if it does not respond. */
export class TimedSecretStore implements SecretStore {
  #isSilent = false;
  readonly keys?: () => Promise<readonly string[]>;

  constructor(
    private readonly secrets: SecretStore,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {
    if (secrets.keys !== undefined) this.keys = () => this.#within(secrets.keys?.() ?? Promise.resolve([]));
  }

  /** @throws SecretStorageTimeout */
  get(key: string): Promise<string | undefined> {
    return this.#within(this.secrets.get(key));
  }

  /** @throws SecretStorageTimeout, unless the value is on disk too */
  set(key: string, value: string, options: { readonly isOnDisk?: boolean } = {}): Promise<void> {
    const written = this.secrets.set(key, value);
    if (options.isOnDisk !== true) return this.#within(written);
    return this.#within(written, BACKED_WRITE_TIMEOUT_MS).catch((error: unknown) => {
      if (!(error instanceof SecretStorageTimeout)) throw error;
      this.log.warn(
        'Secret storage does not respond. A sign-in was written to disk and will be moved to secret storage later.',
      );
    });
  }

  /** @throws SecretStorageTimeout */
  delete(key: string): Promise<void> {
    return this.#within(this.secrets.delete(key));
  }

  onDidChange(listener: (key: string) => void): Disposable {
    return this.secrets.onDidChange(listener);
  }

  #within<T>(response: Promise<T>, limit = RESPONSE_TIMEOUT_MS): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const timer = this.clock.after(this.#isSilent ? Math.min(limit, SILENT_TIMEOUT_MS) : limit, () => {
      this.#isSilent = true;
      reject(new SecretStorageTimeout());
    });
    void response.then(resolve, reject).finally(() => {
      this.#isSilent = false;
      timer.dispose();
    });
    return promise;
  }
}
