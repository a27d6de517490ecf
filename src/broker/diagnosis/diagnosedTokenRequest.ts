import { tokenEndpoint } from '../../oauth/authorizationServerMetadata.js';
import { requestedAccess } from '../../oauth/directGrant.js';
import { dpopBinding } from '../../oauth/dpopBinding.js';
import { serverWords, shownAddress } from '../../oauth/serverWords.js';
import { noAssertionFile } from '../tokens/assertionFile.js';
import { clientProofFacts, shownValue, type Facts } from './diagnosisFacts.js';
import { directScopes, noIdentityProvider } from '../tokens/directGrants.js';
import type { Discovered } from '../discovery/discovery.js';
import { identityProviderSignInRequired } from '../tokens/enterpriseIdentityProvider.js';
import type { DirectGrantName } from '../settings/grantChoice.js';
import type { ServerConfig } from '../settings/serverSettings.js';
import { audienceParameter, resourceParameter } from '../settings/signInPolicy.js';

/** The organization's identity provider, as far as it matters to whether it can be asked. */
export interface PresentIdentityProvider {
  readonly issuer: string;
  readonly isSignedIn: boolean;
}

/** What each grant sends beside the access it asks for (RFC 6749 §4.4.2, RFC 7523 §2.1). */
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
 * Step 5c where no person takes part at the time of a call: the request that gets the tokens, as it would be sent.
 *
 * @throws OAuthFlowError `assertionRequired`, `clientIdRequired` and `identityProviderSignInRequired` for what
 * the grant lacks, `dpopNotSupported`, `invalidMetadata`
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
  const before = grant === 'enterpriseManaged' ? [exchangeWords(server, found, identityProvider)] : [];
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
      `Tokens are asked for at ${shownAddress(endpoint)}, without a browser, with:`,
      ...parameters.map(([name, value]) => `${serverWords(name) ?? ''} = ${shownValue(value)}`),
      ...proof.said,
      ...(dpop === undefined ? [] : ['They are bound to a key made for them (RFC 9449).']),
    ],
    strays: proof.strays,
  };
}

function exchangeWords(
  { name }: ServerConfig,
  { as }: Discovered,
  identityProvider: PresentIdentityProvider | undefined,
): string {
  if (identityProvider === undefined) throw noIdentityProvider();
  const { issuer, isSignedIn } = identityProvider;
  if (!isSignedIn) throw identityProviderSignInRequired(name, issuer);
  return `First ${shownAddress(issuer)} is asked for an assertion that ${shownAddress(as.issuer)} takes, in exchange for your ID token (RFC 8693).`;
}
