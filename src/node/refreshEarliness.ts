import { createHash } from 'node:crypto';
import { hostname } from 'node:os';

/**
 * Returns how much earlier than the user's own machine this machine refreshes a sign-in that both use, as a
 * fraction of the usual margin. In a remote window whose extension host runs remotely, secrets belong to the
 * client and are shared with local windows, but locks are not shared. Machines that refresh at different
 * times do not send the same refresh token twice.
 *
 * @returns 0 for the user's own machine, otherwise between 0.25 and 0.75, always the same for one machine
 */
export function refreshEarliness(isUsersMachine: boolean, machine = hostname()): number {
  if (isUsersMachine) return 0;
  const [first = 0] = createHash('sha256').update(machine).digest();
  return 0.25 + first / 512;
}
