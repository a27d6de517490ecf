import { personOf, type Credential } from './credential.js';
import type { ServerConfig } from './serverSettings.js';

/**
 * Where a sign-in that is for one agent alone is kept: at the server's address with a fragment, which is sent
 * nowhere (RFC 9110 §4.2.5). Whoever looks for the person's own accounts finds none of these.
 *
 * @param agentId undefined for the person's own
 */
export function placeOf<Server extends Pick<ServerConfig, 'url'>>(
  server: Server,
  agentId: string | undefined,
): Server {
  return agentId === undefined ? server : { ...server, url: `${server.url}#agent-${agentId}` };
}

/** An agent's own sign-in as the person's that it stands beside, so that what was begun with one goes on with the other. */
export function asPerson(own: Credential, { id, account }: Credential): Credential {
  return { ...own, id, ...(account !== undefined && { account }) };
}

/** Whether two sign-ins are known to be of two people. */
export function isOther(one: Credential, another: Credential): boolean {
  if (one.account === undefined || another.account === undefined) return false;
  return personOf(one) !== personOf(another);
}
