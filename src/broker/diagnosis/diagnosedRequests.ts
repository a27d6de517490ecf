import { audienceParameter, resourceParameter } from '../settings/signInPolicy.js';
import { tokenEndpoint, identifierOf } from '../../oauth/authorizationServerMetadata.js';
import { requestedAccess, provesNothing } from '../../oauth/directGrants.js';
import { dpopBinding } from '../../oauth/dpop.js';
import { displayText, shownAddress } from '../../base/displayText.js';
import { noAssertionFile, noIdentityProvider } from '../tokens/grantErrors.js';
import { clientProofFacts, shownValue, type Facts } from './diagnosisFacts.js';
import { directScopes } from '../tokens/directGrants.js';
import type { Discovered } from '../discovery/discovery.js';
import { identityProviderSignInRequired } from '../tokens/enterpriseIdentityProvider.js';
import { directGrantOf, type DirectGrantName } from '../settings/grant.js';
import type { ServerConfig } from '../settings/serverSettings.js';
import type { ClientIdentity } from '../../oauth/clientRegistration.js';
import { preRegisteredMethod } from '../../oauth/oauthClient.js';
import { registeredBefore } from '../clients/registeredClient.js';
import { clientSecretRequired, ownClientRequired } from '../clients/clientErrors.js';
import type { ClientSecrets } from '../clients/clientSecrets.js';
import type { ClientStore } from '../clients/clientStore.js';
import type { LastRedirects } from '../clients/sentRedirects.js';
import type { RedirectUris } from '../ports.js';

/** The organization's identity provider, as far as it matters to whether it can be asked. */
export interface PresentIdentityProvider {
  readonly issuer: string;
  readonly isSignedIn: boolean;
}

/** The parameters of each grant, in addition to the requested access (RFC 6749 §4.4.2, RFC 7523 §2.1). */
const grantParameters = {
  clientCredentials: { grant_type: 'client_credentials' },
  jwtBearer: {
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    assertion: '(of the workload, from oauth.assertionFile)',
  },
  enterpriseManaged: {
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    assertion: '(of your organization’s identity provider)',
  },
};

/**
 * Step 5c if no user takes part at the time of a call: the token request, as it would be sent.
 *
 * @throws OAuthFlowError `assertionRequired`, `clientIdRequired`, or `identityProviderSignInRequired` if the grant
 *   lacks something; `dpopNotSupported`, `invalidMetadata`
 */
export async function diagnosedTokenRequest(
  server: ServerConfig,
  found: Discovered,
  grant: Exclude<DirectGrantName, 'editorAccount'>,
  identityProvider: PresentIdentityProvider | undefined,
): Promise<Facts> {
  const { as, identity, policy, resource } = found;
  const endpoint = tokenEndpoint(as);
  if (grant === 'jwtBearer' && server.oauth.assertionFile === undefined) throw noAssertionFile(server.name);
  const before = grant === 'enterpriseManaged' ? [exchangeTexts(server, found, identityProvider)] : [];
  const dpop = await dpopBinding({ ...found, overHttpSse: server.type === 'sse' });
  const access = requestedAccess({
    scopes: directScopes(found),
    ...resourceParameter(policy, resource.resource),
    ...audienceParameter(policy, resource.resource),
  });
  const parameters = Object.entries({ ...grantParameters[grant], ...access });
  const proof = clientProofFacts(as, identity);
  return {
    said: [
      ...before,
      `Tokens are requested from ${shownAddress(endpoint)} without a browser, with:`,
      ...parameters.map(([name, value]) => `${displayText(name) ?? ''} = ${shownValue(value)}`),
      ...proof.said,
      ...(dpop === undefined ? [] : ['They are bound to a key generated for them (RFC 9449).']),
    ],
    strays: proof.strays,
  };
}

function exchangeTexts(
  { name }: ServerConfig,
  { as }: Discovered,
  identityProvider: PresentIdentityProvider | undefined,
): string {
  if (identityProvider === undefined) throw noIdentityProvider();
  const { issuer, isSignedIn } = identityProvider;
  if (!isSignedIn) throw identityProviderSignInRequired(name, issuer);
  return `First, an assertion for ${shownAddress(as.issuer)} is requested from ${shownAddress(issuer)} in exchange for your ID token (RFC 8693).`;
}

/** The stores of clients and their credentials; if absent, none are known. */
export interface KnownClientParts {
  readonly clientSecrets?: ClientSecrets;
  readonly registered?: {
    readonly clients: ClientStore;
    readonly redirects: RedirectUris;
    readonly sentRedirects?: LastRedirects | undefined;
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
