import type { RecordKind } from './newestRecords.js';

/** Where the first account of a server is kept: under the server's address alone. */
export const firstSlot = '';

/** Which places hold a server's accounts beside the first one; by the server's address. */
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
  outdated: (slots) => slots,
};

/** The name of the record at a slot; addresses hold no spaces. */
export function recordName(serverUrl: string, slot: string): string {
  return slot === firstSlot ? serverUrl : `${serverUrl} ${slot}`;
}

export function serverUrlOf(recordName: string): string {
  return recordName.split(' ', 1)[0] ?? recordName;
}
