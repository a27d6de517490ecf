import type { Memory } from '../../base/storage.js';
import type { ClientIdentity } from './clientNotices.js';
import type { Credential } from '../accounts/credential.js';

export interface LostSecretsParts {
  readonly memory: Memory;
  readonly clientKey: ClientIdentity;
  readonly credentials: { all(serverUrl: string): Promise<readonly Credential[]> };
  readonly urls: readonly string[];
}

const memoryKey = 'sealing key id';

/**
 * Whether the editor's secret storage has lost what it kept in an earlier session, as it does at each start on Linux
 * without a keyring. The id of the key that seals files is remembered outside of it, and reveals nothing of the key.
 */
export async function haveSecretsBeenLost(parts: LostSecretsParts): Promise<boolean> {
  const { memory, clientKey, credentials, urls } = parts;
  const { id } = await clientKey.obtain();
  const before = memory.get(memoryKey);
  if (before === id) return false;
  await memory.set(memoryKey, id);
  if (before === undefined) return false;
  const accounts = await Promise.all(urls.map((url) => credentials.all(url)));
  return urls.length > 0 && accounts.every(({ length }) => length === 0);
}
