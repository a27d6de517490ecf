import type { DeniedBy } from './consentStatus.js';
import { directGrantOf, isUnattended } from './grantChoice.js';
import type { ServerConfig } from './serverSettings.js';

/** Who refuses for good, and what it is, as a sentence. */
export interface Denial {
  readonly by: DeniedBy;
  readonly detail: string;
}

/**
 * What a refusal comes to where no person signs in at the server: there is no consent that could mend it.
 *
 * @param missing the scopes it asks for, where more would do
 * @param identityProvider the issuer whose word is taken, where one's is
 * @returns undefined where a person can be asked
 */
export function denialWithoutPerson(
  server: ServerConfig,
  missing: readonly string[] | undefined,
  identityProvider: string | undefined,
): Denial | undefined {
  const isVouchedFor = directGrantOf(server) === 'enterpriseManaged';
  if (!isVouchedFor && !isUnattended(server)) return undefined;
  const { host } = new URL(server.url);
  const vouching = identityProvider === undefined ? 'your identity provider' : new URL(identityProvider).host;
  const given = isVouchedFor ? `on the word of ${vouching}` : 'this client';
  return missing === undefined
    ? { by: 'server', detail: `${host} does not take the token that its authorization server gave ${given}.` }
    : {
        by: 'authorizationServer',
        detail: `${host} asks for ${missing.join(' ')}, which its authorization server does not give ${given}.`,
      };
}
