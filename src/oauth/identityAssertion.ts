import { defined } from '../base/defined.js';
import * as oauth from 'oauth4webapi';
import { type AuthorizationServer, tokenEndpoint } from './authorizationServerMetadata.js';
import { clientAuthentication, libraryClient, libraryRequest } from './clientAuthentication.js';
import type { HttpContext } from './httpContext.js';
import { jsonResponse } from './jsonResponse.js';
import { jwtPart } from './jwtPart.js';
import type { OAuthClient } from './oauthClient.js';
import { Redacted } from '../base/redacted.js';
import { invalidTokenResponse } from './flowErrors.js';
import { acceptedTokenAnswer } from './tokenResponse.js';

const idJag = 'urn:ietf:params:oauth:token-type:id-jag';

/** The sign-in page of an organization, and our client there. */
export interface IdentityProvider {
  readonly as: AuthorizationServer;
  readonly client: OAuthClient;
}

/** What an Identity Assertion JWT Authorization Grant is asked for. */
export interface IdentityAssertionNeed {
  /** The issuer of the authorization server that is to take it. */
  readonly audience: string;
  readonly resource?: string | undefined;
  readonly scopes: readonly string[];
}

/**
 * Exchanges the user's ID token for the identity provider's assertion for one authorization server (ID-JAG). The
 * organization decides whether that server may be used for this resource.
 *
 * @throws OAuthFlowError `tokenRequestRefused`, `invalidTokenResponse` for a response without an ID-JAG for that
 *   audience, and the errors of a request
 * @see RFC 8693 §2, draft-ietf-oauth-identity-assertion-authz-grant §4.3
 */
export async function identityAssertion(
  provider: IdentityProvider,
  idToken: Redacted,
  need: IdentityAssertionNeed,
  http: HttpContext,
): Promise<Redacted> {
  const { as, client } = provider;
  const endpoint = tokenEndpoint(as);
  const answer = await oauth.genericTokenEndpointRequest(
    as,
    libraryClient(client),
    clientAuthentication(client),
    'urn:ietf:params:oauth:grant-type:token-exchange',
    defined({
      requested_token_type: idJag,
      audience: need.audience,
      resource: need.resource,
      scope: need.scopes.length > 0 ? need.scopes.join(' ') : undefined,
      subject_token: idToken.expose(),
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
    }),
    libraryRequest(http),
  );
  const { response } = await acceptedTokenAnswer(answer, endpoint, [idToken, client.clientSecret]);
  const body = await jsonResponse(response, endpoint);
  const assertion = body['access_token'];
  if (body['issued_token_type'] !== idJag || typeof assertion !== 'string') {
    throw invalidTokenResponse(endpoint, 'it is not an identity assertion (ID-JAG)');
  }
  // Its audience verifies it. It is read here only so that it is sent to no other server.
  const [header, claims] = assertion.split('.').map(jwtPart);
  if (header?.['typ'] !== 'oauth-id-jag+jwt') {
    throw invalidTokenResponse(endpoint, 'its identity assertion is not of type oauth-id-jag+jwt');
  }
  const { aud } = claims ?? {};
  const audience: unknown = Array.isArray(aud) && aud.length === 1 ? aud[0] : aud;
  if (audience !== need.audience) {
    throw invalidTokenResponse(endpoint, 'its identity assertion is for another authorization server');
  }
  return new Redacted(assertion);
}
