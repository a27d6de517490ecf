import type { Disposable } from '../../base/clock.js';
import type { SecretStore, SharedRecords } from '../../base/storage.js';
import {
  generationsOfAnother,
  isTombstone,
  newestRecord,
  parseRecord,
  tombstoneText,
  type RecordKind,
  type StoredRecord,
} from './storedRecord.js';

export interface NewestRecordsOptions {
  readonly secrets: SecretStore;
  readonly shared?: SharedRecords | undefined;
  /**
   * Secret storage reports the writes of every window, those on other machines included. What it holds is then put
   * right when another machine overwrote what counts; in a browser such a write would undo the ones of other tabs.
   */
  readonly repairs: boolean;
  /** Called with the name of a record that another window wrote or removed. */
  readonly onDidChange: (name: string) => void;
}

/**
 * Records by name. Secret storage holds them; a sealed copy on this machine's disk, which all its windows see at once,
 * bridges the time until secret storage has carried a write to them. Reads are remembered until storage reports a
 * change.
 */
export class NewestRecords<T> implements Disposable {
  readonly #cache = new Map<string, Promise<Known<T>>>();
  /** Keys that this window is writing: storage reports these writes too, and they are no changes. */
  readonly #writing = new Set<string>();
  readonly #subscription: Disposable;
  readonly #floorKey: string;

  constructor(
    private readonly kind: RecordKind<T>,
    private readonly options: NewestRecordsOptions,
  ) {
    this.#floorKey = `generations pruned of ${kind.prefix.trim()}`;
    this.#subscription = options.secrets.onDidChange((key) => {
      if (!key.startsWith(kind.prefix) || this.#writing.has(key)) return;
      const name = key.slice(kind.prefix.length);
      this.forget(name);
      // Read at once: a write on another machine may have to be put right.
      if (options.repairs) this.#known(name).catch(() => undefined);
      options.onDidChange(name);
    });
  }

  async get(name: string): Promise<T | undefined> {
    return valueOf((await this.#known(name)).newest);
  }

  /** The next read goes to storage. */
  forget(name: string): void {
    this.#cache.delete(name);
  }

  /**
   * Reads the copy on this machine's disk again, and secret storage only if that is not remembered: for use under a
   * lock, which is not to be held while secret storage is waited for.
   */
  async rereadShared(name: string): Promise<void> {
    const known = await this.#cache.get(name)?.catch(() => undefined);
    if (known === undefined) this.forget(name);
    else await this.#remember(name, this.#withShared(name, known.own));
  }

  /**
   * Drops the remembered value if another window has written since.
   *
   * @returns whether another window has written
   */
  async isNews(name: string): Promise<boolean> {
    const { shared } = this.options;
    if (shared === undefined) return false;
    const known = this.#known(name);
    const [{ generation }, newest = 0] = await Promise.all([
      known,
      shared.generation(this.kind.sharedPrefix + name),
    ]);
    // Another request may have seen it first.
    if (newest <= generation || this.#cache.get(name) !== known) return false;
    this.forget(name);
    return true;
  }

  /**
   * Stores the value before remembering it, so that no caller uses a value that could still be lost.
   *
   * @param value undefined removes the stored value
   * @returns false if this very value was removed elsewhere in the meantime; then it is not stored
   */
  async write(name: string, value: T | undefined): Promise<boolean> {
    await this.rereadShared(name);
    const { own, generation, newest } = await this.#known(name);
    if (value === undefined) {
      if (newest === undefined || isTombstone(newest)) return true;
      const removed = this.kind.identity(newest.value);
      return this.#store(name, { generation: generation + 1, removed });
    }
    if (isTombstone(newest) && newest.removed === this.kind.identity(value)) return false;
    const floor = own === undefined ? await this.#floor() : 0;
    return this.#store(name, { generation: Math.max(generation, floor) + this.#step(newest, value), value });
  }

  /** The same for a value that replaces another directly as for one that comes after its removal. */
  #step(before: StoredRecord<T> | undefined, value: T): number {
    if (isTombstone(before)) return generationsOfAnother - 1;
    return before === undefined || this.#isSame(before.value, value) ? 1 : generationsOfAnother;
  }

  #isSame(one: T, other: T): boolean {
    return this.kind.identity(one) === this.kind.identity(other);
  }

  /**
   * Lets go of the mark that a removed value has left. Copies of that value which lie on the disks of other machines
   * are recognized by their generation from then on.
   */
  async prune(name: string): Promise<void> {
    this.forget(name);
    const { own } = await this.#known(name);
    if (!isTombstone(own)) return;
    const { secrets } = this.options;
    const floor = own.generation + generationsOfAnother;
    if (floor > (await this.#floor())) await secrets.set(this.#floorKey, String(floor));
    await secrets.delete(this.kind.prefix + name);
    this.forget(name);
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#cache.clear();
  }

  async #store(name: string, record: StoredRecord<T>): Promise<boolean> {
    const { secrets, shared } = this.options;
    const { generation } = record;
    const text = isTombstone(record) ? tombstoneText(record) : this.kind.toText(record.value, generation);
    const key = this.kind.prefix + name;
    this.#writing.add(key);
    try {
      // The disk first: secret storage can be slow, and new tokens must not be lost while it is.
      await shared?.write(this.kind.sharedPrefix + name, { generation, text });
      await secrets.set(key, text, { isOnDisk: shared !== undefined });
    } finally {
      this.#writing.delete(key);
    }
    this.#cache.set(name, Promise.resolve({ own: record, newest: record, generation }));
    return true;
  }

  #known(name: string): Promise<Known<T>> {
    return this.#cache.get(name) ?? this.#remember(name, this.#read(name));
  }

  #remember(name: string, known: Promise<Known<T>>): Promise<Known<T>> {
    this.#cache.set(name, known);
    known.catch(() => {
      // Storage that failed once may work the next time.
      if (this.#cache.get(name) === known) this.#cache.delete(name);
    });
    return known;
  }

  async #read(name: string): Promise<Known<T>> {
    const text = await this.options.secrets.get(this.kind.prefix + name);
    return this.#withShared(name, text === undefined ? undefined : parseRecord(this.kind, name, text));
  }

  async #withShared(name: string, own: StoredRecord<T> | undefined): Promise<Known<T>> {
    const copy = await this.options.shared?.read(this.kind.sharedPrefix + name);
    let shared = copy && parseRecord(this.kind, name, copy.text);
    const generation = Math.max(own?.generation ?? 0, copy?.generation ?? 0);
    // A copy of what was removed before its mark was pruned.
    if (own === undefined && shared !== undefined && shared.generation <= (await this.#floor()))
      shared = undefined;
    const newest = newestRecord(this.kind, own, shared);
    if (this.options.repairs && newest !== undefined && this.#isOverwritten(own, shared, newest))
      void this.#store(name, { ...newest, generation: generation + 1 }).catch(() => undefined);
    return { own, newest, generation };
  }

  /** Whether another machine overwrote in secret storage what counts; a copy that is merely newer is on its way there. */
  #isOverwritten(
    own: StoredRecord<T> | undefined,
    shared: StoredRecord<T> | undefined,
    newest: StoredRecord<T>,
  ): boolean {
    if (own === undefined || shared === undefined) return false;
    if (isTombstone(newest)) return !isTombstone(own) && this.kind.identity(own.value) === newest.removed;
    if (isTombstone(own)) return own.generation === shared.generation;
    const ahead = shared.generation - own.generation;
    if (ahead > 0 && newest.value === valueOf(shared)) {
      // Over what it had replaced, another machine wrote a renewal.
      return ahead < generationsOfAnother && !this.#isSame(own.value, newest.value);
    }
    return this.kind.toText(newest.value, 0) !== this.kind.toText(own.value, 0);
  }

  async #floor(): Promise<number> {
    const floor = Number((await this.options.secrets.get(this.#floorKey)) ?? 0);
    return Number.isSafeInteger(floor) ? floor : 0;
  }
}

function valueOf<T>(record: StoredRecord<T> | undefined): T | undefined {
  return record === undefined || isTombstone(record) ? undefined : record.value;
}

/** What is remembered of the content of storage. */
interface Known<T> {
  /** What secret storage holds. */
  readonly own: StoredRecord<T> | undefined;
  readonly newest: StoredRecord<T> | undefined;
  /** Of the newest record there was. */
  readonly generation: number;
}
