import { defined } from '../../base/defined.js';
import { isObject } from '../../oauth/jsonResponse.js';
import { lackingOf, observationKinds, type Observation } from './consentStatus.js';

/** The last observation of a server, with one account or without any. */
export interface Seen {
  readonly serverUrl: string;
  /**
   * An account's key; {@link nobody} without a credential, {@link everybody} for observations about the server
   * itself.
   */
  readonly accountKey: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Undefined if earlier observations no longer count. */
  readonly observation?: Observation;
}

export const nobody = '';
export const everybody = '*';

/**
 * The newest observation of each server and account. An observation with one account's credential says nothing about
 * another's. An observation about the server itself counts for all accounts, until one of them observes something
 * else.
 */
export class Observations {
  readonly #seen = new Map<string, Map<string, Seen>>();

  get all(): readonly Seen[] {
    return [...this.#seen.values()].flatMap((keys) => [...keys.values()]);
  }

  /** What counts for an account now. */
  of(serverUrl: string, accountKey: string): Observation | undefined {
    const keys = this.#seen.get(serverUrl);
    return keys?.get(everybody)?.observation ?? keys?.get(accountKey)?.observation;
  }

  /** What that account itself saw last. */
  seenBy(serverUrl: string, accountKey: string): Observation | undefined {
    return this.#seen.get(serverUrl)?.get(accountKey)?.observation;
  }

  /** @returns whether what counts for the account is another by now */
  add(seen: Seen & { readonly observation: Observation }): boolean {
    const { serverUrl, accountKey, at, observation } = seen;
    const before = this.of(serverUrl, accountKey);
    if (accountKey !== everybody) this.#set({ serverUrl, accountKey: everybody, at });
    const own = this.of(serverUrl, accountKey);
    const lacking = own && lackingOf(own);
    // That one tool was answered grants nothing to the tool that was not, and neither does a no.
    if (lacking !== undefined && observation.kind === 'answered') {
      if (own !== lacking) this.#set({ ...seen, observation: lacking });
    } else if (lacking !== undefined && observation.kind === 'denied' && observation.by !== 'server') {
      this.#set({ ...seen, observation: { ...observation, lacking } });
    } else this.#set(seen);
    return JSON.stringify(before) !== JSON.stringify(this.of(serverUrl, accountKey));
  }

  forget(serverUrl: string, accountKey: string, at: number): void {
    this.#set({ serverUrl, accountKey, at });
  }

  /** The account's observations no longer count, except for the scopes that a tool lacked. */
  forgetAllButLacking(serverUrl: string, accountKey: string, at: number): void {
    const seen = this.seenBy(serverUrl, accountKey);
    const lacking = seen && lackingOf(seen);
    this.#set(defined({ serverUrl, accountKey, at, observation: lacking }));
  }

  /**
   * Takes over what others saw later than it was seen here.
   *
   * @returns the servers of which something else counts now, and whether something is newer here than there
   */
  merge(others: readonly Seen[]): { readonly changed: readonly string[]; readonly isAhead: boolean } {
    const changed = new Set<string>();
    let isAhead = false;
    for (const seen of others) {
      const own = this.#seen.get(seen.serverUrl)?.get(seen.accountKey);
      if (own !== undefined && rank(own) >= rank(seen)) {
        isAhead ||= rank(own) > rank(seen);
        continue;
      }
      this.#set(seen);
      if (JSON.stringify(own?.observation) !== JSON.stringify(seen.observation)) changed.add(seen.serverUrl);
    }
    return { changed: [...changed], isAhead };
  }

  #set(seen: Seen): void {
    const keys = this.#seen.get(seen.serverUrl) ?? new Map<string, Seen>();
    this.#seen.set(seen.serverUrl, keys);
    keys.set(seen.accountKey, seen);
  }
}

/** The later first; of what was seen in the same millisecond all windows choose the same. */
function rank({ at, observation }: Seen): string {
  return `${String(at).padStart(16, '0')} ${observation === undefined ? '' : JSON.stringify(observation)}`;
}

/** What another window, possibly of another version, reports. Unreadable parts are left out. */
export function seenFromNotice(value: unknown): readonly Seen[] {
  if (!Array.isArray(value)) return [];
  return value.filter((seen): seen is Seen => {
    if (!isObject(seen) || typeof seen['serverUrl'] !== 'string' || typeof seen['accountKey'] !== 'string')
      return false;
    const { at, observation } = seen;
    if (typeof at !== 'number') return false;
    return observation === undefined || (isObject(observation) && observationKinds.has(observation['kind']));
  });
}
