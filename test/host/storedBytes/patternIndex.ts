import type { SecretPattern } from './secretForms.js';

const KEY_BYTES = 4;

/** Finds any of many patterns in one pass over the bytes. */
export class PatternIndex {
  /** The pairs of bytes that patterns start with, which rule out most positions. */
  private readonly firstTwo = new Uint8Array(0x10000);
  private readonly byKey = new Map<number, SecretPattern[]>();

  constructor(patterns: readonly SecretPattern[]) {
    for (const pattern of patterns) {
      const { bytes } = pattern;
      this.firstTwo[bytes.readUInt16LE(0)] = 1;
      const key = bytes.readUInt32LE(0);
      const same = this.byKey.get(key);
      if (same) same.push(pattern);
      else this.byKey.set(key, [pattern]);
    }
  }

  find(bytes: Buffer): Set<SecretPattern> {
    const found = new Set<SecretPattern>();
    const { firstTwo } = this;
    for (let at = 0; at + KEY_BYTES <= bytes.length; at += 1) {
      if (firstTwo[(bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)] === 0) continue;
      for (const pattern of this.byKey.get(bytes.readUInt32LE(at)) ?? []) {
        if (bytes.subarray(at, at + pattern.bytes.length).equals(pattern.bytes)) found.add(pattern);
      }
    }
    return found;
  }
}
