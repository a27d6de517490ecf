import { identifierOf } from '../../oauth/authorizationServerMetadata.js';
import { provesNothing } from '../../oauth/clientCredentials.js';
import type { ClientIdentity } from '../../oauth/clientRegistration.js';
import { preRegisteredMethod } from '../../oauth/preRegisteredClient.js';
import { clientSecretRequired } from '../clients/clientForServer.js';
import { registeredBefore } from '../clients/registeredClient.js';
import { ownClientRequired } from '../clients/clientIdRequired.js';
import type { ClientSecrets } from '../clients/clientSecrets.js';
import type { ClientStore } from '../clients/clientStore.js';
import type { SentRedirects } from '../clients/sentRedirects.js';
import type { Discovered } from '../discovery/discovery.js';
import { directGrantOf } from '../settings/grantChoice.js';
import type { RedirectUris } from '../ports.js';
import type { ServerConfig } from '../settings/serverSettings.js';

/** Where clients, and what they prove themselves with, are looked for; where absent, nothing is known of them. */
export interface KnownClientParts {
  readonly clientSecrets?: Pick<ClientSecrets, 'proofAt'>;
  readonly registered?: {
    readonly clients: ClientStore;
    readonly redirects: RedirectUris;
    readonly sentRedirects?: Pick<SentRedirects, 'last'> | undefined;
  };
}

/**
 * Step 5b as a sign-in would take it, only looked up: nothing is registered, and nothing is bound to the issuer
 * that the server names now.
 *
 * @throws OAuthFlowError `clientIdRequired`, `clientSecretRequired`, `clientOfAnotherIssuer`, `invalidRecord`
 */
export async function diagnosedClient(
  server: ServerConfig,
  found: Discovered,
  { clientSecrets, registered }: KnownClientParts,
): Promise<ClientIdentity> {
  const { as, policy, identity } = found;
  const grant = directGrantOf(server);
  if (policy.clientId === undefined) {
    if (grant !== undefined) throw ownClientRequired(server, as);
    if (identity.kind !== 'register' || registered === undefined) return identity;
    return (await registeredBefore({ server, ...found }, registered)) ?? identity;
  }
  if (identity.kind !== 'use' || clientSecrets === undefined) return identity;
  const proof = await clientSecrets.proofAt(server, policy.clientId, identifierOf(as));
  const authMethod = preRegisteredMethod(as, proof);
  if (authMethod === 'none') {
    if (policy.secretRequired === true) throw clientSecretRequired(server, identifierOf(as));
    if (grant === 'clientCredentials') throw provesNothing(identity.client);
  }
  return { ...identity, client: { ...identity.client, authMethod } };
}
