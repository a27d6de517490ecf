import { randomInt } from 'node:crypto';

/**
 * The ports that a relay listens on if it can. VS Code forwards a port that it finds in a remote and says so with a
 * toast, unless the setting `remote.portsAttributes` names the port. It takes ports, ranges, and patterns for the
 * process's command line (`PortsAttributes` in src/vs/workbench/services/remote/common/tunnelModel.ts), and an
 * extension's process is the extension host, which serves other extensions' ports as well. So a range is what can be
 * named: package.json has it in `configurationDefaults`. It lies below the ports that systems give to outgoing
 * connections, beside the agents' port.
 */
export const relayPorts = { first: 29_418, last: 29_499 } as const;

/** How many are tried before the system picks one: other windows may have them. */
const mostTries = 10;

/** The ports to try, in order; the last is 0, for any. */
export function portsToTry(): readonly number[] {
  const { first, last } = relayPorts;
  const count = last - first + 1;
  const begin = randomInt(count);
  const tries = Array.from({ length: mostTries }, (_, at) => first + ((begin + at) % count));
  return [...tries, 0];
}
