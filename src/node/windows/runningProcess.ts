import { isCode } from '../files/atomicFile.js';

/** Checks whether a process with this ID is running; the files of an ended process are useless. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // The process belongs to another user, so it cannot be signalled, but it is running.
    return isCode(error, 'EPERM');
  }
}
