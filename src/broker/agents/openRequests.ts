import { Emitter } from '../../base/event.js';

/** What identifies an open request. */
export interface RequestMark {
  readonly id: string;
  /** Milliseconds since the epoch; undefined if the id alone identifies it. */
  readonly askedAt?: number | undefined;
}

/**
 * What agents wait for the user to decide, in all windows: the requests that were made in this one, and those that the
 * other windows have announced. The user can settle either kind here; the window that asks learns of it.
 */
export class OpenRequests<Request extends RequestMark> {
  readonly #own = new Map<string, Request>();
  #elsewhere: readonly Request[] = [];
  #settledForOthers: readonly RequestMark[] = [];
  readonly #changed = new Emitter<undefined>();

  readonly onDidChange = this.#changed.event;

  /** @param markOf what other windows learn of a request that was settled here */
  constructor(private readonly markOf: (request: Request) => RequestMark) {}

  /** Oldest first, those of other windows after this one's. */
  get all(): readonly Request[] {
    return [...this.own, ...this.#elsewhere];
  }

  /** Those of this window, oldest first. */
  get own(): readonly Request[] {
    return [...this.#own.values()];
  }

  /** What was settled here while other windows ask it. */
  get settledForOthers(): readonly RequestMark[] {
    return this.#settledForOthers;
  }

  isOwn(id: string): boolean {
    return this.#own.has(id);
  }

  add(request: Request): void {
    this.#own.set(request.id, request);
    this.#changed.fire(undefined);
  }

  /** Takes back requests of this window. */
  withdraw(ids: readonly string[]): void {
    const withdrawn = ids.filter((id) => this.#own.delete(id));
    if (withdrawn.length > 0) this.#changed.fire(undefined);
  }

  /** Withdraws all requests of this window when it ends. No event is fired. */
  clear(): void {
    this.#own.clear();
  }

  /** The user settled a request here, whichever window asks it. */
  settle(id: string): void {
    const others = this.#elsewhere.filter((request) => request.id === id);
    this.#elsewhere = this.#elsewhere.filter((request) => request.id !== id);
    this.#settledForOthers = [...this.#settledForOthers, ...others.map((request) => this.markOf(request))];
    if (this.#own.delete(id) || others.length > 0) this.#changed.fire(undefined);
  }

  /** The requests of this window that were settled in another one. */
  settledBy(marks: readonly RequestMark[]): readonly Request[] {
    return this.own.filter((request) => isMarked(request, marks));
  }

  /** Takes over what the other windows ask now. */
  hear(requests: readonly Request[]): void {
    this.#settledForOthers = this.#settledForOthers.filter((mark) =>
      requests.some((request) => isMarked(request, [mark])),
    );
    const open = requests.filter((request) => !isMarked(request, this.#settledForOthers));
    const isNews = JSON.stringify(open) !== JSON.stringify(this.#elsewhere);
    this.#elsewhere = open;
    if (isNews) this.#changed.fire(undefined);
  }
}

function isMarked(request: RequestMark, marks: readonly RequestMark[]): boolean {
  return marks.some(
    ({ id, askedAt }) => id === request.id && (askedAt === undefined || askedAt === request.askedAt),
  );
}
