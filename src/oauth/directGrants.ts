import { clientCannotAuthenticate } from './flowErrors.js';
import { defined } from '../base/defined.js';
import * as oauth from 'oauth4webapi';
import { tokenEndpoint, identifierOf, type AuthorizationServer } from './authorizationServerMetadata.js';
import { libraryRequest, clientAuthentication, libraryClient } from './clientAuthentication.js';
import { requestWithDpop, type DpopBinding } from './dpop.js';
import type { HttpContext } from './httpContext.js';
import type { OAuthClient } from './oauthClient.js';
import type { Redacted } from '../base/redacted.js';
import type { TokenSet } from './tokenSet.js';
import {
  inStandardForm,
  inStandardTexts,
  acceptedTokenAnswer,
  tokenSetOf,
  validTokenResponse,
} from './tokenResponse.js';
import type { OAuthFlowError } from './oauthFlowError.js';
import { jwtPart } from './jwtPart.js';

/** What access tokens are asked for. */
export interface RequestedAccess {
  /** Everything to ask for; empty leaves the choice to the authorization server (RFC 6749 §3.3). */
  readonly scopes: readonly string[];
  /** RFC 8707; left out only towards a server that is known to refuse it. */
  readonly resource?: string | undefined;
  /** For providers that require it in addition to `resource` or instead of it. */
  readonly audience?: string | undefined;
}

/** A token request that needs no browser. */
export interface DirectGrant extends RequestedAccess {
  readonly as: AuthorizationServer;
  readonly client: OAuthClient;
  /** If the resource asks for bound tokens. */
  readonly dpop?: DpopBinding | undefined;
}

/**
 * Requests tokens with any grant but the authorization code.
 *
 * @param parameters the grant's own, and {@link requestedAccess} if it requests scopes
 * @param sent the secrets among them, which are kept out of errors
 * @param now returns milliseconds since the epoch; the lifetime counts from before the request
 * @throws OAuthFlowError `tokenRequestRefused`, `invalidTokenResponse`, and the errors of a request
 * @see RFC 6749 §4.5, RFC 8707 §2.2, RFC 9449 §5
 */
export async function requestTokens(
  grant: DirectGrant,
  grantType: string,
  parameters: Readonly<Record<string, string>>,
  sent: readonly Redacted[],
  http: HttpContext,
  now: () => number,
): Promise<TokenSet> {
  const { as, scopes, dpop } = grant;
  const endpoint = tokenEndpoint(as);
  const client = libraryClient(grant.client, now);
  const askedAt = now();
  const answer = await requestWithDpop(dpop?.key, (proof) =>
    oauth.genericTokenEndpointRequest(as, client, clientAuthentication(grant.client), grantType, parameters, {
      ...libraryRequest(http),
      ...proof,
    }),
  );
  const { response } = await acceptedTokenAnswer(answer, endpoint, [
    ...sent,
    grant.client.clientSecret,
  ]).catch((refusal: unknown) => {
    throw inStandardTexts(as, refusal);
  });
  return validTokenResponse(endpoint, async () => {
    const standard = await inStandardForm(as, response);
    const body = await oauth.processGenericTokenEndpointResponse(standard.as, client, standard.answer);
    return tokenSetOf(body, oauth.getValidatedIdTokenClaims(body), scopes, askedAt, endpoint, dpop);
  });
}

/** What access a request is for, in its parameters. */
export function requestedAccess({ scopes, resource, audience }: RequestedAccess): Record<string, string> {
  return defined({
    scope: scopes.length > 0 ? scopes.join(' ') : undefined,
    resource,
    audience,
  });
}

/**
 * Requests tokens for the client itself, which authenticates with its secret or its key.
 *
 * @param now returns milliseconds since the epoch
 * @throws OAuthFlowError `clientIdRequired` for a client without credentials, and the errors of {@link requestTokens}
 * @see RFC 6749 §4.4, RFC 7523 §2.2
 */
export async function clientCredentials(
  grant: DirectGrant,
  http: HttpContext,
  now: () => number,
): Promise<TokenSet> {
  if (grant.client.authMethod === 'none') throw provesNothing(grant.client);
  return requestTokens(grant, 'client_credentials', requestedAccess(grant), [], http, now);
}

/** What a client lacks that is to get tokens of its own. */
export function provesNothing({ clientId }: OAuthClient): OAuthFlowError {
  return clientCannotAuthenticate(clientId, 'secretOrKey');
}

/**
 * Whether an assertion names an authorization server as its audience. A server that receives an assertion can replay
 * it at the audience, so only the identifier under which the server was found counts.
 *
 * @see RFC 7523 §3
 */
export function isAssertionFor(assertion: Redacted, as: AuthorizationServer): boolean {
  const aud = jwtPart(assertion.expose().split('.')[1])?.['aud'];
  const audiences: unknown[] = Array.isArray(aud) ? aud : [aud];
  const isThis = (one: unknown) =>
    one !== undefined && (one === identifierOf(as) || one === as.token_endpoint);
  return audiences.length > 0 && audiences.every(isThis);
}

/**
 * Requests tokens for the subject of a signed assertion: a workload, or a user of an identity provider. The assertion
 * is sent unchanged, because its issuer decides the subject and the lifetime.
 *
 * @param now returns milliseconds since the epoch
 * @throws OAuthFlowError the errors of {@link requestTokens}
 * @see RFC 7523 §2.1
 */
export function jwtBearer(
  grant: DirectGrant,
  assertion: Redacted,
  http: HttpContext,
  now: () => number,
): Promise<TokenSet> {
  return requestTokens(
    grant,
    'urn:ietf:params:oauth:grant-type:jwt-bearer',
    { ...requestedAccess(grant), assertion: assertion.expose() },
    [assertion],
    http,
    now,
  );
}
