import { sha256 } from '../../base/sha256.js';

/** Longest part of a server's name that is shown in the name of a file, in characters. */
const longestShown = 40;

/**
 * The name of the file with an agent's key for one server. Servers' names hold what no file system takes, so a name
 * that cannot be shown whole is followed by a part of its digest: two servers of an agent never share a file.
 */
export async function bridgeName(agentId: string, serverName: string): Promise<string> {
  const shown = serverName.replaceAll(/[^a-zA-Z0-9]+/g, '-').slice(0, longestShown);
  const rest = shown === serverName ? [] : [(await sha256(serverName)).slice(0, 8)];
  return [agentId, shown, ...rest].join('-');
}
