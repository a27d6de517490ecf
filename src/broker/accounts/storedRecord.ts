import { isObject } from '../../oauth/jsonResponse.js';
import { sha256 } from '../../base/sha256.js';

/** A value as storage holds it. */
export interface StoredValue<T> {
  /** Counts the writes of its record, in whichever window. */
  readonly generation: number;
  readonly value: T;
}

/**
 * The mark a removed value leaves behind. Without it, a window on another machine, which shares secret storage but no
 * disk, could not tell a removed value from one that has not arrived yet, and would write its own copy back.
 */
export interface Tombstone {
  readonly generation: number;
  /** The identity of the value that was removed: that one never comes back, in whatever generation. */
  readonly removed: string;
}

/**
 * How many generations another value counts than the one before it. A disk can be ahead of secret storage by renewals
 * that never got there, because the client slept until the extension host was ended; the next value has to come after
 * those too.
 */
export const generationsOfAnother = 1_000_000;

export type StoredRecord<T> = StoredValue<T> | Tombstone;

export function isTombstone<T>(record: StoredRecord<T> | undefined): record is Tombstone {
  return record !== undefined && 'removed' in record;
}

/** How one kind of record is written, read, and chosen from two copies. */
export interface RecordKind<T> {
  /** Before the name, in secret storage. */
  readonly prefix: string;
  /** Before the name, among the shared records. */
  readonly sharedPrefix: string;
  toText(value: T, generation: number): string;
  /** @returns undefined if it cannot be read; the text is kept as it is */
  fromText(name: string, text: string): StoredValue<T> | undefined;
  /** What stays the same while a value is renewed, and differs from every other value at the same name. */
  identity(value: T): string;
  /**
   * One value of two copies that differ. Machines without a common lock can write the same generation at once.
   *
   * @param newer of the higher generation, or secret storage's when both have the same
   * @param isTie both have the same generation
   */
  merge(newer: T, older: T, isTie: boolean): T;
}

export function tombstoneText({ generation, removed }: Tombstone): string {
  return JSON.stringify({ version: 1, generation, removed });
}

export function parseRecord<T>(kind: RecordKind<T>, name: string, text: string): StoredRecord<T> | undefined {
  return tombstoneFrom(text) ?? kind.fromText(name, text);
}

function tombstoneFrom(text: string): Tombstone | undefined {
  try {
    const record: unknown = JSON.parse(text);
    if (!isObject(record) || typeof record['removed'] !== 'string') return undefined;
    return { generation: Number(record['generation']), removed: record['removed'] };
  } catch {
    // The kind reports what cannot be read.
    return undefined;
  }
}

/** The record that counts of the two copies: secret storage's own, and the one on this machine's disk. */
export function newestRecord<T>(
  kind: RecordKind<T>,
  own: StoredRecord<T> | undefined,
  shared: StoredRecord<T> | undefined,
): StoredRecord<T> | undefined {
  if (own === undefined || shared === undefined) return own ?? shared;
  const isTie = own.generation === shared.generation;
  const [newer, older] = shared.generation > own.generation ? [shared, own] : [own, shared];
  const { generation } = newer;
  if (isTombstone(newer)) {
    // A new sign-in that another machine made at the same moment is not the one that was removed.
    const isOther = isTie && !isTombstone(older) && kind.identity(older.value) !== newer.removed;
    return isOther ? older : newer;
  }
  if (isTombstone(older)) {
    const isSame = kind.identity(newer.value) === older.removed;
    return isSame ? { generation, removed: older.removed } : newer;
  }
  return { generation, value: kind.merge(newer.value, older.value, isTie) };
}

/** The first sign-in whose account has no name is stored under the server's address alone. */
export const firstSlot = '';

/**
 * The places of a server's accounts other than the first one, by the server's address. Places are only added: two
 * machines without a common lock can add one at the same moment, and neither must lose the other's.
 */
export const accountSlots: RecordKind<readonly string[]> = {
  prefix: 'accounts ',
  sharedPrefix: 'accounts ',
  toText: (slots, generation) => JSON.stringify({ version: 1, generation, slots }),
  fromText: (_serverUrl, text) => {
    try {
      const { version, generation, slots } = JSON.parse(text) as Record<string, unknown>;
      if (version !== 1 || !Array.isArray(slots)) return undefined;
      return { generation: Number(generation), value: slots.map(String) };
    } catch {
      return undefined;
    }
  },
  identity: () => 'slots',
  merge: (newer, older) => {
    const lacking = older.filter((slot) => !newer.includes(slot));
    return lacking.length === 0 ? newer : [...newer, ...lacking];
  },
};

/**
 * The place of a named account, the same on every machine, so that two accounts that are signed in at once on two of
 * them never take each other's.
 */
export async function slotOfAccount(accountKey: string): Promise<string> {
  return (await sha256(accountKey)).slice(0, 16);
}

/** The name of the record at a slot; addresses hold no spaces. */
export function recordName(serverUrl: string, slot: string): string {
  return slot === firstSlot ? serverUrl : `${serverUrl} ${slot}`;
}

export function serverUrlOf(recordName: string): string {
  return recordName.split(' ', 1)[0] ?? recordName;
}
