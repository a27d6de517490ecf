import { identifierOf } from '../../oauth/authorizationServerMetadata.js';
import { accountKeyOf, type Credential } from './credential.js';
import type { ServerConfig } from '../settings/serverSettings.js';

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
export function asPerson(own: Credential, { id, unnamedId, account, name }: Credential): Credential {
  return {
    ...{ ...own, id },
    ...(unnamedId !== undefined && { unnamedId }),
    ...(account !== undefined && { account }),
    ...(name !== undefined && { name }),
  };
}

/**
 * Whether a sign-in for an agent is the person's whom it acts as: at the same authorization server, and of the same
 * name where they have one. Who gave none is not taken for somebody who has.
 */
export function isOwnOf(own: Credential, person: Credential): boolean {
  if (identifierOf(own.as) !== identifierOf(person.as)) return false;
  return person.account === undefined || own.account?.id === person.account.id;
}

/** By which of the sign-ins at an agent's place a person is found; undefined where they have no name. */
export function ownKeyOf(person: Credential): string | undefined {
  return person.account === undefined ? undefined : accountKeyOf(person);
}
