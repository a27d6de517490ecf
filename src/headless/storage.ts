import path from 'node:path';
import type { Clock } from '../base/clock.js';
import type { Log } from '../base/log.js';
import type { Memory, SecretStore } from '../base/storage.js';
import { FileLock } from '../node/files/fileLock.js';
import { FileMemory } from '../node/store/fileMemory.js';
import { KeychainUnavailable, systemKeychain } from '../node/store/keychain.js';
import { machineStorage, type MachineStorage } from '../node/store/machineStorage.js';
import { SealedStore, SealedStoreUnreadable } from '../node/store/sealedStore.js';
import { storeKey, StoreKeyMissing, storeKeyVariable } from '../node/store/storeKey.js';
import { commandName } from './commandLine.js';

/** All that processes of one home share. */
export interface HeadlessStorage extends MachineStorage {
  readonly secrets: SecretStore;
  readonly memory: Memory;
}

/** Secrets cannot be read or stored; `message` names the reason and the fix. */
export class StorageUnusable extends Error {
  override readonly name = 'StorageUnusable';
}

/**
 * Opens the storage below a directory, and checks that it can be read before anything is done with it.
 *
 * @param home absolute
 * @param environment loses the store's key, so that no command that is run gets to see it
 * @throws StorageUnusable
 */
export async function openStorage(
  home: string,
  environment: NodeJS.ProcessEnv,
  parts: { readonly clock: Clock; readonly log: Log },
): Promise<HeadlessStorage> {
  const lock = new FileLock(path.join(home, 'locks'), parts.log);
  const { [storeKeyVariable]: given, ...others } = environment;
  Reflect.deleteProperty(environment, storeKeyVariable);
  try {
    const key = await storeKey({ [storeKeyVariable]: given }, systemKeychain(home, others), lock);
    const secrets = new SealedStore(path.join(home, 'secrets.json'), key, lock);
    const storage = machineStorage(home, { ...parts, secrets });
    await storage.clientKey.obtain();
    return {
      ...storage,
      secrets,
      memory: new FileMemory(path.join(home, 'memory.json'), lock),
    };
  } catch (error) {
    throw error instanceof Error ? unusable(error) : new StorageUnusable('The storage cannot be used.');
  }
}

function unusable(error: Error): Error {
  const make = `“${commandName} make-key” creates one. Store it with the other secrets of this machine.`;
  if (error instanceof StoreKeyMissing) return new StorageUnusable(`${error.message} ${make}`);
  if (error instanceof KeychainUnavailable)
    return new StorageUnusable(
      `${error.message} Unlock it, or set ${storeKeyVariable} to encrypt with your own key. ${make}`,
    );
  if (error instanceof SealedStoreUnreadable)
    return new StorageUnusable(
      error.why === 'anotherKey'
        ? `${error.message} Set ${storeKeyVariable} to the key that it was encrypted with. To start over, move the file away and sign in again.`
        : `${error.message} Restore a copy that can be opened. To start over, move the file away and sign in again.`,
    );
  return error;
}
