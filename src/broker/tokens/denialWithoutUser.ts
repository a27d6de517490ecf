import { displayText } from '../../base/displayText.js';
import type { DeniedBy } from '../status/consentStatus.js';
import { directGrantOf, isUnattended } from '../settings/grant.js';
import type { ServerConfig } from '../settings/serverSettings.js';

/** The server or identity provider that refuses finally, and the refusal as a sentence. */
export interface Denial {
  readonly by: DeniedBy;
  readonly detail: string;
}

/** So many are named. */
const mostScopes = 10;

/**
 * Describes a refusal at a server where no user signs in, so that no consent could help.
 *
 * @param missing the scopes that the server requires, if more scopes would help
 * @param identityProvider the issuer of the identity provider, if one is used
 * @returns undefined if a user can be asked
 */
export function denialWithoutUser(
  server: ServerConfig,
  missing: readonly string[] | undefined,
  identityProvider: string | undefined,
): Denial | undefined {
  const isVouchedFor = directGrantOf(server) === 'enterpriseManaged';
  if (!isVouchedFor && !isUnattended(server)) return undefined;
  const { host } = new URL(server.url);
  const vouching = identityProvider === undefined ? 'your identity provider' : new URL(identityProvider).host;
  const given = isVouchedFor ? `on the authority of ${vouching}` : 'to this client';
  return missing === undefined
    ? {
        by: 'server',
        detail: `${host} does not accept the token that its authorization server issued ${given}.`,
      }
    : {
        by: 'authorizationServer',
        detail: `${host} requests ${namedScopes(missing)}, which its authorization server does not grant ${given}.`,
      };
}

/**
 * What the server wrote, as an agent's model may read it: some scopes, none like an address, which it would offer to
 * open.
 */
function namedScopes(missing: readonly string[]): string {
  const named = missing.filter((scope) => !scope.includes('://')).slice(0, mostScopes);
  const words = displayText(named.join(' '));
  if (words === undefined) return 'more access';
  return named.length === missing.length ? words : `${words} and more`;
}
