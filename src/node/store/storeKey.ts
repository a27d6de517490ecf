import { randomBytes } from 'node:crypto';
import type { Lock } from '../../base/storage.js';
import type { Keychain } from './keychain.js';

/** Holds the key of the sealed store if no keychain does. */
export const storeKeyVariable = 'MCP_OAUTH_BROKER_STORE_KEY';
/** Of AES-256, in bytes. */
const keyLength = 32;

/** There is no key to the sealed store, or what should be one is none. */
export class StoreKeyMissing extends Error {
  override readonly name = 'StoreKeyMissing';
}

/** @returns a new key, base64 */
export function newStoreKey(): string {
  return randomBytes(keyLength).toString('base64');
}

/**
 * The key of the sealed store: the environment's where it has one, since somebody put it there; else the keychain's,
 * made at first use.
 *
 * @throws StoreKeyMissing, KeychainUnavailable
 */
export async function storeKey(
  environment: Readonly<Record<string, string | undefined>>,
  keychain: Keychain | undefined,
  lock: Lock,
): Promise<Uint8Array<ArrayBuffer>> {
  const given = environment[storeKeyVariable] ?? '';
  if (given !== '') {
    const key = keyOf(given);
    if (key !== undefined) return key;
    throw new StoreKeyMissing(`${storeKeyVariable} does not contain ${keyLength} bytes in base64.`);
  }
  if (keychain === undefined) {
    throw new StoreKeyMissing(`This machine has no keychain, and ${storeKeyVariable} is not set.`);
  }
  // Two processes that begin at once must not make a key each.
  return lock.hold('store key', async () => {
    if ((await keychain.read()) === undefined) await keychain.write(newStoreKey());
    const key = keyOf((await keychain.read()) ?? '');
    if (key === undefined)
      throw new StoreKeyMissing(`${keychain.name} did not save the key of the encrypted store.`);
    return key;
  });
}

/** @returns undefined if it is no key in base64, with or without padding or line end */
function keyOf(text: string): Uint8Array<ArrayBuffer> | undefined {
  const trimmed = text.trim();
  if (!/^[A-Za-z0-9+/]{43}=?$/.test(trimmed)) return undefined;
  const bytes = new Uint8Array(Buffer.from(trimmed, 'base64'));
  return bytes.length === keyLength ? bytes : undefined;
}
