import path from 'node:path';
import type { CallStorage, Clock, Lock, Log, SecretStore, SharedRecords } from '../broker/ports.js';
import { CallFiles } from './callFiles.js';
import { FileLock } from './fileLock.js';
import { SealedFiles } from './sealedFiles.js';
import { WindowNoticeFiles } from './windowNotices.js';

/** What all windows of a person on this machine share on its disk. */
export interface MachineStorage {
  readonly lock: Lock;
  readonly sharedRecords: SharedRecords;
  readonly notices: WindowNoticeFiles;
  /** What agents wait for. */
  readonly agentNotices: WindowNoticeFiles;
  readonly calls: CallStorage;
}

/** @param directory absolute, the person's own; made when it is first needed */
export function machineStorage(
  directory: string,
  { secrets, clock, log }: { readonly secrets: SecretStore; readonly clock: Clock; readonly log: Log },
): MachineStorage {
  return {
    lock: new FileLock(path.join(directory, 'locks'), log),
    sharedRecords: new SealedFiles(path.join(directory, 'credentials'), secrets, log, clock),
    notices: new WindowNoticeFiles(path.join(directory, 'windows'), clock),
    agentNotices: new WindowNoticeFiles(path.join(directory, 'agentAsks'), clock),
    calls: new CallFiles(path.join(directory, 'calls'), clock),
  };
}
