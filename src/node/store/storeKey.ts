import { randomBytes } from 'node:crypto';
import type { Lock } from '../../base/storage.js';
import type { Keychain } from './keychain.js';

/** The environment variable that contains the key of the encrypted store, if there is no keychain. */
export const storeKeyVariable = 'MCP_OAUTH_BROKER_STORE_KEY';
/** The length of an AES-256 key, in bytes. */
const keyLength = 32;

/** The key of the encrypted store is missing or invalid. */
export class StoreKeyMissing extends Error {
  override readonly name = 'StoreKeyMissing';
}

/** @returns a new key in base64 */
export function newStoreKey(): string {
  return randomBytes(keyLength).toString('base64');
}

/**
 * Returns the key of the encrypted store. The environment's key takes precedence, because it was set
 * deliberately; otherwise the keychain's is used, which is created at first use.
 *
 * @throws StoreKeyMissing if there is no valid key and no keychain
 * @throws KeychainUnavailable if the keychain cannot be used
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
  // If two processes start at once, they must not each create a key.
  return lock.hold('store key', async () => {
    if ((await keychain.read()) === undefined) await keychain.write(newStoreKey());
    const key = keyOf((await keychain.read()) ?? '');
    if (key === undefined)
      throw new StoreKeyMissing(`${keychain.name} did not save the key of the encrypted store.`);
    return key;
  });
}

/** @returns undefined if the text is not a key in base64; padding and a line end are optional */
function keyOf(text: string): Uint8Array<ArrayBuffer> | undefined {
  const trimmed = text.trim();
  if (!/^[A-Za-z0-9+/]{43}=?$/.test(trimmed)) return undefined;
  const bytes = new Uint8Array(Buffer.from(trimmed, 'base64'));
  return bytes.length === keyLength ? bytes : undefined;
}
