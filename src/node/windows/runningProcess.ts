import { isCode } from '../files/atomicFile.js';

/** Whether a process of this id runs: its files are of use only for as long as it does. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of another user, which may not be asked, is one too.
    return isCode(error, 'EPERM');
  }
}
