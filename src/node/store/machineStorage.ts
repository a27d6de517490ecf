import path from 'node:path';
import type { Clock } from '../../base/clock.js';
import type { Log } from '../../base/log.js';
import type { Lock, SecretStore, SharedRecords } from '../../base/storage.js';
import type { CallStorage } from '../../broker/ports.js';
import { CallFiles } from '../files/callFiles.js';
import { FileLock } from '../files/fileLock.js';
import { SealedFiles } from './sealedFiles.js';
import { ClientSealingKey, HostSealingKey, type SealingKeySource } from './sealingKey.js';
import { WindowNoticeFiles } from '../windows/windowNotices.js';

/** The data on disk that all windows on this machine share. */
export interface MachineStorage {
  readonly lock: Lock;
  /** The records that are encrypted for the windows of one client of the editor. */
  readonly sharedRecords: SharedRecords;
  /** The agents that may call here, encrypted for the machine and thus for the windows of every client. */
  readonly agentRecords: SharedRecords;
  readonly notices: WindowNoticeFiles;
  /** The pending requests of agents. */
  readonly agentNotices: WindowNoticeFiles;
  /** Callbacks that arrived in another window than the waiting one. */
  readonly callbackNotices: WindowNoticeFiles;
  readonly calls: CallStorage;
  readonly clientKey: SealingKeySource;
  /** Returns an ID that distinguishes this machine from others. */
  readonly hostId: () => Promise<string>;
}

/** @param directory the absolute path, accessible only to the user; created when it is first needed */
export function machineStorage(
  directory: string,
  { secrets, clock, log }: { readonly secrets: SecretStore; readonly clock: Clock; readonly log: Log },
): MachineStorage {
  const lock = new FileLock(path.join(directory, 'locks'), log);
  const clientKey = new ClientSealingKey(secrets, lock);
  const hostKey = new HostSealingKey(path.join(directory, 'host.key'), lock);
  return {
    lock,
    sharedRecords: new SealedFiles(path.join(directory, 'credentials'), clientKey, log, clock),
    agentRecords: new SealedFiles(path.join(directory, 'agentRecords'), hostKey, log, clock),
    notices: new WindowNoticeFiles(path.join(directory, 'windows'), clock),
    agentNotices: new WindowNoticeFiles(path.join(directory, 'agentAsks'), clock),
    callbackNotices: new WindowNoticeFiles(path.join(directory, 'callbacks'), clock),
    calls: new CallFiles(path.join(directory, 'calls'), clock),
    clientKey,
    hostId: () => hostKey.hostId(),
  };
}
