import type { JWK } from 'jose';
import { isObject } from '../../oauth/jsonResponse.js';
import { errorName } from '../../base/errorName.js';
import type { Clock, Disposable } from '../../base/clock.js';
import type { Log } from '../../base/log.js';
import type { WindowNotices } from '../../base/storage.js';
import {
  callbackFromText,
  callbackToText,
  handedFor,
  mostHanded,
  nameOfState,
  type CallbackWay,
  type HandedCallback,
} from './handedCallback.js';
import { HandoverKey, sealTo } from './handoverKey.js';
import type { PendingCallbacks } from './pendingCallbacks.js';

/** A window's notice to the others about callbacks. It contains no secret. */
interface CallbackNotice {
  /** What to seal a callback for this window with. */
  readonly key: JWK;
  /** The names of the callbacks that this window waits for. */
  readonly waiting: readonly string[];
  /** Callbacks for other windows, by name. */
  readonly handed: Readonly<Record<string, string>>;
}

/**
 * Hands callbacks over between windows that share a disk. A browser's windows need it, which do not hear of each
 * other's secrets and can take each other's callbacks: two tabs may wait under the same number
 * (`LocalStorageURLCallbackProvider` in `src/vs/code/browser/workbench/workbench.ts`). A callback is sealed to
 * the window that waits, with a key that never leaves its memory, because a code is as secret as a token.
 */
export class CallbackNotices implements CallbackWay, Disposable {
  readonly #subscription: Disposable;
  readonly #handed = new Map<string, { readonly sealed: string; readonly expiry: Disposable }>();
  #key: Promise<HandoverKey> | undefined;
  #waiting: ReadonlySet<string> = new Set();
  #watch: Disposable | undefined;
  #work: Promise<void> = Promise.resolve();

  constructor(
    private readonly callbacks: PendingCallbacks,
    private readonly notices: WindowNotices,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {
    this.#subscription = callbacks.onDidChange(() => this.#then(() => this.#waitingChanged()));
  }

  async hand(callback: HandedCallback): Promise<boolean> {
    const { name } = callback;
    if (this.#handed.has(name)) return true;
    const other = (await this.#others()).find(({ waiting }) => waiting.includes(name));
    if (other === undefined || this.#handed.size >= mostHanded) return false;
    const sealed = await sealTo(other.key, callbackToText(callback), name);
    const expiry = this.clock.after(handedFor, () => {
      this.#handed.delete(name);
      this.#then(() => this.#post());
    });
    this.#handed.set(name, { sealed, expiry });
    await this.#post();
    return true;
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#watch?.dispose();
    for (const { expiry } of this.#handed.values()) expiry.dispose();
    this.notices.dispose();
  }

  async #waitingChanged(): Promise<void> {
    this.#waiting = new Set(await Promise.all(this.callbacks.states.map(nameOfState)));
    await this.#post();
    if (this.#waiting.size > 0) {
      this.#watch ??= this.notices.onDidChange(() => this.#then(() => this.#pickUp()));
    } else {
      this.#watch?.dispose();
      this.#watch = undefined;
    }
  }

  async #pickUp(): Promise<void> {
    for (const { handed } of await this.#others()) {
      for (const [name, sealed] of Object.entries(handed)) {
        if (!this.#waiting.has(name)) continue;
        const text = await (await this.#ownKey()).open(sealed, name).catch(() => undefined);
        const callback = text === undefined ? undefined : callbackFromText(text);
        if (callback !== undefined) this.callbacks.deliver(callback.parameters, callback.path);
      }
    }
  }

  async #post(): Promise<void> {
    const notice: CallbackNotice = {
      key: (await this.#ownKey()).publicKey,
      waiting: [...this.#waiting],
      handed: Object.fromEntries([...this.#handed].map(([name, { sealed }]) => [name, sealed])),
    };
    await this.notices.post(notice);
  }

  async #others(): Promise<readonly CallbackNotice[]> {
    return (await this.notices.others()).map(noticeFrom).filter((notice) => notice !== undefined);
  }

  #ownKey(): Promise<HandoverKey> {
    return (this.#key ??= HandoverKey.make());
  }

  /** One after the other, so that the last notice is the newest. */
  #then(work: () => Promise<void>): void {
    this.#work = this.#work.then(work).catch((error: unknown) => {
      this.log.warn(`A callback could not be passed to another window (${errorName(error)}).`);
    });
  }
}

function noticeFrom(value: unknown): CallbackNotice | undefined {
  if (!isObject(value)) return undefined;
  const { key, waiting, handed } = value;
  if (!isObject(key) || !Array.isArray(waiting) || !isObject(handed)) return undefined;
  return {
    key,
    waiting: waiting.filter((name) => typeof name === 'string'),
    handed: Object.fromEntries(
      Object.entries(handed).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    ),
  };
}
