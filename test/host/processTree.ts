import { execFile, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Ends a process and all its descendants. On POSIX, the child must have been spawned with `detached: true`,
 * so that it leads the process group of its descendants.
 *
 * @param graceMs time in which they may end voluntarily before they are killed, in milliseconds
 */
export async function endProcessTree(child: ChildProcess, graceMs = 3_000): Promise<void> {
  const { pid } = child;
  if (pid === undefined) return;
  if (process.platform === 'win32') {
    if (child.exitCode !== null) return;
    const exited = once(child, 'exit');
    execFile('taskkill', ['/pid', String(pid), '/T', '/F']);
    await exited;
    return;
  }
  signalGroup(pid, 'SIGTERM');
  const killAt = Date.now() + graceMs;
  // If the init process does not reap them, members stay in the group as zombies. Once killed, they count as
  // ended.
  const giveUpAt = killAt + 1_000;
  while (signalGroup(pid, 0) && Date.now() < giveUpAt) {
    if (Date.now() > killAt) signalGroup(pid, 'SIGKILL');
    await delay(25);
  }
}

/** @returns whether the group still has members */
function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    return false;
  }
}
