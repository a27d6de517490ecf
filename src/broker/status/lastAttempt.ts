import { isObject } from '../../oauth/jsonResponse.js';

const attemptKinds = ['declined', 'failed', 'timedOut'] as const;

/** How the last attempt to sign in or to get more access ended. It does not predict the next call. */
export interface LastAttempt {
  readonly kind: (typeof attemptKinds)[number];
  /** When it ended, in milliseconds since the epoch. */
  readonly at: number;
  /** What happened, as a sentence. */
  readonly detail?: string;
}

/** The end of the last attempt at a server, or that there is none to see; the later of two counts. */
export interface SeenAttempt {
  readonly serverUrl: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly attempt?: LastAttempt;
}

/** The last attempt at each server, in any window. */
export class LastAttempts {
  readonly #seen = new Map<string, SeenAttempt>();

  get all(): readonly SeenAttempt[] {
    return [...this.#seen.values()];
  }

  of(serverUrl: string): LastAttempt | undefined {
    return this.#seen.get(serverUrl)?.attempt;
  }

  /** @returns whether the displayed attempt has changed */
  set(seen: SeenAttempt): boolean {
    const before = this.#seen.get(seen.serverUrl);
    if (before === undefined && seen.attempt === undefined) return false;
    this.#seen.set(seen.serverUrl, seen);
    return JSON.stringify(before?.attempt) !== JSON.stringify(seen.attempt);
  }

  /**
   * Takes over what other windows observed later.
   *
   * @returns the servers whose displayed attempt has changed, and whether this window has something newer
   */
  merge(others: readonly SeenAttempt[]): { readonly changed: readonly string[]; readonly isAhead: boolean } {
    const changed: string[] = [];
    let isAhead = false;
    for (const seen of others) {
      const own = this.#seen.get(seen.serverUrl);
      if (own === undefined || own.at < seen.at) {
        if (this.set(seen)) changed.push(seen.serverUrl);
      } else isAhead ||= own.at > seen.at;
    }
    return { changed, isAhead };
  }
}

/** What another window, possibly of another version, reports of attempts. Unreadable parts are left out. */
export function attemptsFromNotice(value: unknown): readonly SeenAttempt[] {
  if (!Array.isArray(value)) return [];
  return value.filter((seen): seen is SeenAttempt => {
    if (!isObject(seen) || typeof seen['serverUrl'] !== 'string' || typeof seen['at'] !== 'number')
      return false;
    const { attempt } = seen;
    if (attempt === undefined) return true;
    if (!isObject(attempt) || typeof attempt['at'] !== 'number') return false;
    const { detail } = attempt;
    const isDetailFit = detail === undefined || typeof detail === 'string';
    return isDetailFit && attemptKinds.some((kind) => kind === attempt['kind']);
  });
}
