import { createHash } from 'node:crypto';
import { hostname } from 'node:os';

/**
 * How much earlier than the user's own machine this one refreshes a sign-in that both use, as a part of the usual
 * margin. In a remote window whose extension host runs remotely, secrets are the client's and shared with local
 * windows, while locks are not: machines that refresh at different times do not send one refresh token twice.
 *
 * @returns 0 for the user's own machine, else between 0.25 and 0.75, always the same for one machine
 */
export function refreshEarliness(isUsersMachine: boolean, machine = hostname()): number {
  if (isUsersMachine) return 0;
  const [first = 0] = createHash('sha256').update(machine).digest();
  return 0.25 + first / 512;
}
