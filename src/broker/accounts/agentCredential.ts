import { defined } from '../../base/defined.js';
import { identifierOf } from '../../oauth/authorizationServerMetadata.js';
import { accountKeyOf, type Credential } from './credential.js';
import type { ServerAddress } from '../settings/serverSettings.js';

/**
 * Where a sign-in that is for one agent alone is kept: at the server's address with a fragment, which is sent
 * nowhere (RFC 9110 §4.2.5). A search for the user's own accounts finds none of these.
 *
 * @param agentId undefined for the user's own
 */
export function placeOf<Server extends ServerAddress>(server: Server, agentId: string | undefined): Server {
  return agentId === undefined ? server : { ...server, url: `${server.url}#agent-${agentId}` };
}

/** An agent's own sign-in as the user's that it stands beside, so that what was begun with one goes on with the other. */
export function asUser(own: Credential, { id, unnamedId, account, name }: Credential): Credential {
  return { ...own, ...defined({ id, unnamedId, account, name }) };
}

/**
 * Whether a sign-in for an agent is the user's whom it acts as: at the same authorization server, and of the same
 * name where they have one. Who gave none is not taken for somebody who has.
 */
export function isOwnOf(own: Credential, user: Credential): boolean {
  if (identifierOf(own.as) !== identifierOf(user.as)) return false;
  return user.account === undefined || own.account?.id === user.account.id;
}

/** By which of the sign-ins at an agent's place a user is found; undefined if they have no name. */
export function ownKeyOf(user: Credential): string | undefined {
  return user.account === undefined ? undefined : accountKeyOf(user);
}
