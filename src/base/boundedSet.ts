/** An id that is longer is none that anybody needs. */
const longest = 1_000;

/** The newest ids of a kind, so many at most. */
export class BoundedSet {
  readonly #ids = new Set<string>();

  constructor(private readonly most: number) {}

  add(id: string): void {
    if (id.length > longest) return;
    this.#ids.delete(id);
    this.#ids.add(id);
    const [oldest] = this.#ids;
    if (oldest !== undefined && this.#ids.size > this.most) this.#ids.delete(oldest);
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  clear(): void {
    this.#ids.clear();
  }
}
