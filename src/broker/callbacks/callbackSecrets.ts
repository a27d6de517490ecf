import { isObject } from '../../oauth/jsonResponse.js';
import { errorName } from '../../base/errorName.js';
import type { Clock, Disposable } from '../../base/clock.js';
import type { Log } from '../../base/log.js';
import type { SecretStore } from '../../base/storage.js';
import {
  callbackFromText,
  callbackToText,
  handedFor,
  mostHanded,
  type CallbackWay,
  type HandedCallback,
} from './handedCallback.js';
import type { PendingCallbacks } from './pendingCallbacks.js';

const prefix = 'callback ';
/** How long after its end a callback was left behind for certain; machines' clocks differ. In milliseconds. */
const leftBehindAfter = 600_000;

interface KeptCallback {
  /** Milliseconds since the epoch, by the clock of the window that keeps it. */
  readonly until: number;
  readonly callback: string;
}

/**
 * Passes callbacks between windows through secret storage, which all windows of a desktop editor share, including
 * those whose extension runs on a remote machine with another disk. It notifies every window of a change.
 */
export class CallbackSecrets implements CallbackWay, Disposable {
  readonly #subscriptions: readonly Disposable[];
  readonly #kept = new Map<string, Disposable>();
  #hasSwept = false;

  constructor(
    private readonly callbacks: PendingCallbacks,
    private readonly secrets: SecretStore,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {
    this.#subscriptions = [
      secrets.onDidChange((key) => {
        if (key.startsWith(prefix) && !this.#kept.has(key)) this.#ignoreFailure(this.#pickUp(key));
      }),
      callbacks.onDidChange(() => this.#sweepOnce()),
    ];
  }

  /** Whether another window waits is unknown here, so the callback is stored for any window that does. */
  async hand(callback: HandedCallback): Promise<boolean> {
    const key = prefix + callback.name;
    if (this.#kept.has(key)) return true;
    // A window that waits takes its callback at once, so what lies here longest is what none waits for.
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined && this.#kept.size >= mostHanded) await this.#forget(oldest);
    this.#kept.set(
      key,
      this.clock.after(handedFor, () => this.#ignoreFailure(this.#forget(key))),
    );
    const record: KeptCallback = { until: this.clock.now() + handedFor, callback: callbackToText(callback) };
    await this.secrets.set(key, JSON.stringify(record));
    return true;
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    for (const key of [...this.#kept.keys()]) this.#ignoreFailure(this.#forget(key));
  }

  async #pickUp(key: string): Promise<void> {
    const record = recordFrom(await this.secrets.get(key));
    const callback = record === undefined ? undefined : callbackFromText(record.callback);
    if (callback === undefined) return;
    if (this.callbacks.deliver(callback.parameters, callback.path)) await this.secrets.delete(key);
  }

  /** Deletes what windows have left that were ended too early, when a sign-in begins here. */
  #sweepOnce(): void {
    if (this.#hasSwept) return;
    this.#hasSwept = true;
    this.#ignoreFailure(this.#sweep());
  }

  async #sweep(): Promise<void> {
    for (const key of (await this.secrets.keys?.()) ?? []) {
      if (!key.startsWith(prefix) || this.#kept.has(key)) continue;
      const record = recordFrom(await this.secrets.get(key));
      if (record === undefined || record.until + leftBehindAfter < this.clock.now())
        await this.secrets.delete(key);
    }
  }

  async #forget(key: string): Promise<void> {
    this.#kept.get(key)?.dispose();
    this.#kept.delete(key);
    await this.secrets.delete(key);
  }

  #ignoreFailure(work: Promise<void>): void {
    // The waiting sign-in has its own deadline, after which its user is notified.
    work.catch((error: unknown) => {
      this.log.warn(`A callback could not be passed to another window (${errorName(error)}).`);
    });
  }
}

function recordFrom(text: string | undefined): KeptCallback | undefined {
  try {
    const record: unknown = JSON.parse(text ?? '');
    if (!isObject(record)) return undefined;
    const { until, callback } = record;
    return typeof until === 'number' && typeof callback === 'string' ? { until, callback } : undefined;
  } catch {
    return undefined;
  }
}
