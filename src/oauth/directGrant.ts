import * as oauth from 'oauth4webapi';
import { type AuthorizationServer, tokenEndpoint } from './authorizationServerMetadata.js';
import { clientAuthentication, libraryClient, libraryRequest } from './clientAuthentication.js';
import { requestWithDpop } from './dpop.js';
import type { DpopBinding } from './dpopBinding.js';
import type { HttpContext } from './httpContext.js';
import type { OAuthClient } from './oauthClient.js';
import { inStandardForm, inStandardWords } from './providerAnswer.js';
import type { Redacted } from './redacted.js';
import type { TokenSet } from './tokenSet.js';
import { acceptedTokenAnswer, tokenSetOf, validTokenResponse } from './tokenResponse.js';

/** What is asked of a token endpoint without a browser. */
export interface DirectGrant {
  readonly as: AuthorizationServer;
  readonly client: OAuthClient;
  /** Everything to ask for; empty leaves the choice to the authorization server (RFC 6749 §3.3). */
  readonly scopes: readonly string[];
  /** RFC 8707; left out only towards a server that is known to refuse it. */
  readonly resource?: string;
  /** For providers that want it beside or instead of `resource`. */
  readonly audience?: string;
  /** Where the resource asks for bound tokens. */
  readonly dpop?: DpopBinding;
}

/**
 * Tokens from the token endpoint alone, by any grant but the authorization code.
 * @param parameters the grant's own, and {@link requestedAccess} where it asks for some
 * @param sent what of them is secret, kept out of errors
 * @param now milliseconds since the epoch; the lifetime counts from before the request
 * @throws OAuthFlowError `tokenRequestRefused`, `invalidTokenResponse`, and what a request can throw
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
    throw inStandardWords(as, refusal);
  });
  return validTokenResponse(endpoint, async () => {
    const standard = await inStandardForm(as, response);
    const body = await oauth.processGenericTokenEndpointResponse(standard.as, client, standard.answer);
    return tokenSetOf(body, oauth.getValidatedIdTokenClaims(body), scopes, askedAt, endpoint, dpop);
  });
}

/** What access a request is for, in its parameters. */
export function requestedAccess({
  scopes,
  resource,
  audience,
}: Pick<DirectGrant, 'scopes' | 'resource' | 'audience'>): Record<string, string> {
  return {
    ...(scopes.length > 0 && { scope: scopes.join(' ') }),
    ...(resource !== undefined && { resource }),
    ...(audience !== undefined && { audience }),
  };
}
