import { isObject } from '../../oauth/jsonResponse.js';
import { accountNameFault } from './accountNaming.js';
import { NewestRecords, type NewestRecordsOptions } from './newestRecords.js';
import type { RecordKind } from './storedRecord.js';
import type { Disposable } from '../../base/clock.js';

/** What an account is called here. */
export interface GivenName {
  readonly name: string;
  /** When it was given, in milliseconds since the epoch; of two names of one account the later one counts. */
  readonly at: number;
  /** We made it up, and the user has not changed it. */
  readonly isDefault?: true;
}

type GivenNames = Readonly<Record<string, GivenName>>;

/** Most names that are kept of one server, signed-out accounts included. */
const MOST_NAMES = 100;

/**
 * The names of a server's accounts by account key, in a record of its own: a refresh writes the credential and cannot
 * undo a rename, and an account that was signed out has its name again when it comes back.
 */
export class AccountNames implements Disposable {
  readonly #records: NewestRecords<GivenNames>;

  constructor(options: NewestRecordsOptions) {
    this.#records = new NewestRecords(givenNames, options);
  }

  async of(serverUrl: string, accountKey: string): Promise<GivenName | undefined> {
    const names = (await this.#records.get(serverUrl)) ?? {};
    return Object.hasOwn(names, accountKey) ? names[accountKey] : undefined;
  }

  /** @param given undefined takes the name away */
  async give(serverUrl: string, accountKey: string, given: GivenName | undefined): Promise<void> {
    await this.#records.rereadShared(serverUrl);
    const { [accountKey]: before, ...others } = (await this.#records.get(serverUrl)) ?? {};
    if (before === undefined && given === undefined) return;
    await this.#records.write(serverUrl, given === undefined ? others : { ...others, [accountKey]: given });
  }

  /** The next read goes to storage. */
  forget(serverUrl: string): void {
    this.#records.forget(serverUrl);
  }

  rereadShared(serverUrl: string): Promise<void> {
    return this.#records.rereadShared(serverUrl);
  }

  isNews(serverUrl: string): Promise<boolean> {
    return this.#records.isNews(serverUrl);
  }

  /** Lets go of every name of a server. */
  async prune(serverUrl: string): Promise<void> {
    await this.#records.write(serverUrl, undefined);
    await this.#records.prune(serverUrl);
  }

  dispose(): void {
    this.#records.dispose();
  }
}

const givenNames: RecordKind<GivenNames> = {
  prefix: 'names ',
  sharedPrefix: 'names ',
  toText: (names, generation) => JSON.stringify({ version: 1, generation, names: newestOf(names) }),
  fromText: (_serverUrl, text) => {
    try {
      const { version, generation, names } = JSON.parse(text) as Record<string, unknown>;
      if (version !== 1 || !isObject(names)) return undefined;
      const kept = Object.entries(names).filter((entry): entry is [string, GivenName] => isGiven(entry[1]));
      return { generation: Number(generation), value: Object.fromEntries(kept) };
    } catch {
      return undefined;
    }
  },
  identity: () => 'names',
  merge: (newer, older) => {
    const merged: Record<string, GivenName> = { ...older, ...newer };
    for (const [key, given] of Object.entries(older))
      if (given.at > (newer[key]?.at ?? Infinity)) merged[key] = given;
    return merged;
  },
};

/** In a fixed order, so that equal names are equal texts. */
function newestOf(names: GivenNames): GivenNames {
  const newest = Object.entries(names)
    .sort(([, a], [, b]) => b.at - a.at)
    .slice(0, MOST_NAMES);
  return Object.fromEntries(newest.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What another version, or another program, wrote is judged as what the user types. */
function isGiven(value: unknown): value is GivenName {
  if (!isObject(value) || typeof value['name'] !== 'string' || typeof value['at'] !== 'number') return false;
  return accountNameFault(value['name'], []) === undefined;
}
