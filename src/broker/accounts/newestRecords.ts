import type { Disposable, SecretStore, SharedRecord, SharedRecords } from '../ports.js';

/** Says in a shared record that there is none any more: secret storage may still have one. */
const removed = '';

/** A record as it was read. */
export interface Kept<T> {
  /** Counts its writes, in whichever window. */
  readonly generation: number;
  readonly value: T;
}

/** How one kind of record is written and read. */
export interface RecordKind<T> {
  /** Before the name, in secret storage. */
  readonly prefix: string;
  /** Before the name, among the shared records. */
  readonly sharedPrefix: string;
  toText(value: T, generation: number): string;
  /** @returns undefined where it cannot be read; it is kept as it is */
  fromText(name: string, text: string): Kept<T> | undefined;
  /** What remains of a record that another window has replaced since with one that this window cannot open. */
  outdated(value: T): T;
}

/**
 * Records by name. Secret storage holds them; a sealed record beside it, which all windows see at once, says
 * which is the newest. Reads are remembered until storage says that a key changed.
 */
export class NewestRecords<T> implements Disposable {
  readonly #cache = new Map<string, Promise<Known<T>>>();
  /** Keys of writes under way here, whose echo from storage tells nothing. */
  readonly #writing = new Set<string>();
  readonly #subscription: Disposable;

  constructor(
    private readonly kind: RecordKind<T>,
    private readonly secrets: SecretStore,
    private readonly shared: SharedRecords | undefined,
    /** Told the name of a record that another window wrote or removed. */
    onDidChange: (name: string) => void,
  ) {
    this.#subscription = secrets.onDidChange((key) => {
      if (!key.startsWith(kind.prefix) || this.#writing.has(key)) return;
      const name = key.slice(kind.prefix.length);
      this.forget(name);
      onDidChange(name);
    });
  }

  async get(name: string): Promise<T | undefined> {
    return (await this.#known(name)).value;
  }

  /** The next read goes to storage. */
  forget(name: string): void {
    this.#cache.delete(name);
  }

  /** Forgets what is remembered where another window has written since; @returns whether one has */
  async isNews(name: string): Promise<boolean> {
    if (this.shared === undefined) return false;
    const known = this.#known(name);
    const [{ generation }, newest = 0] = await Promise.all([
      known,
      this.shared.generation(this.kind.sharedPrefix + name),
    ]);
    // Another request may have seen it first.
    if (newest <= generation || this.#cache.get(name) !== known) return false;
    this.forget(name);
    return true;
  }

  /** Stores before it remembers, so that nobody uses what could still be lost. */
  async write(name: string, value: T | undefined): Promise<void> {
    const [own, shared] = await this.#stored(name);
    const generation = Math.max(own?.generation ?? 0, shared?.generation ?? 0) + 1;
    const text = value === undefined ? removed : this.kind.toText(value, generation);
    const key = this.kind.prefix + name;
    this.#writing.add(key);
    try {
      if (text === removed) await this.secrets.delete(key);
      else await this.secrets.set(key, text);
      if (text !== removed || shared !== undefined)
        await this.shared?.write(this.kind.sharedPrefix + name, { generation, text });
    } finally {
      this.#writing.delete(key);
    }
    this.#cache.set(name, Promise.resolve({ generation, value }));
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#cache.clear();
  }

  #known(name: string): Promise<Known<T>> {
    let known = this.#cache.get(name);
    if (known === undefined) {
      known = this.#read(name);
      this.#cache.set(name, known);
      // A storage that failed once may work the next time.
      known.catch(() => this.#cache.delete(name));
    }
    return known;
  }

  async #read(name: string): Promise<Known<T>> {
    const [own, shared] = await this.#stored(name);
    const generation = Math.max(own?.generation ?? 0, shared?.generation ?? 0);
    return { generation, value: this.#newer(name, own, shared) };
  }

  #newer(name: string, own: Kept<T> | undefined, shared: SharedRecord | undefined): T | undefined {
    const isOutdated = shared !== undefined && shared.generation > (own?.generation ?? 0);
    if (!isOutdated) return own?.value;
    if (shared.text !== undefined) return this.#parse(name, shared.text)?.value;
    // Another window has written since, with a key this one has not got.
    return own === undefined ? undefined : this.kind.outdated(own.value);
  }

  async #stored(name: string) {
    const [text, shared] = await Promise.all([
      this.secrets.get(this.kind.prefix + name),
      this.shared?.read(this.kind.sharedPrefix + name),
    ]);
    return [text === undefined ? undefined : this.#parse(name, text), shared] as const;
  }

  #parse(name: string, text: string): Kept<T> | undefined {
    return text === removed ? undefined : this.kind.fromText(name, text);
  }
}

/** What is remembered of storage. */
interface Known<T> {
  /** Of the newest record there was. */
  readonly generation: number;
  readonly value: T | undefined;
}
