import { sha256 } from '../../base/sha256.js';
import type { RecordKind } from './storedRecord.js';

/** The first sign-in whose account has no name is kept under the server's address alone. */
export const firstSlot = '';

/**
 * Which places hold a server's accounts beside the first one, by the server's address. Places are only ever added:
 * machines without a common lock can add one at the same moment, and neither is to lose the other's.
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
