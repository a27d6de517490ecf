import { invalidTokenResponse } from './flowErrors.js';
import { defined } from '../base/defined.js';
import * as oauth from 'oauth4webapi';
import { type AuthorizationServer, tokenEndpoint } from './authorizationServerMetadata.js';
import { clientAuthentication, libraryClient, libraryRequest } from './clientAuthentication.js';
import { requestWithDpop } from './dpop.js';
import type { OAuthClient } from './oauthClient.js';
import type { HttpContext } from './httpContext.js';
import { OAuthFlowError } from './oauthFlowError.js';
import { shownAddress } from '../base/displayText.js';
import type { TokenSet } from './tokenSet.js';
import {
  inStandardForm,
  inStandardTexts,
  acceptedTokenAnswer,
  tokenSetOf,
  validTokenResponse,
} from './tokenResponse.js';

/**
 * Exchanges a refresh token for new tokens. Values that are missing in the response stay the same: refresh token,
 * scopes, account. The caller must ensure that a refresh token is used only once at a time, because servers with
 * rotation revoke reused ones.
 *
 * @param now returns milliseconds since the epoch
 * @throws OAuthFlowError `refreshTokenRefused` if the sign-in has ended (`invalid_grant`, no refresh token, or a
 *   client whose secret has expired); after any other failure, the old tokens are still valid
 * @see RFC 6749 §6, RFC 8707 §2.2, RFC 9449 §5
 */
export async function refreshTokens(
  o: {
    readonly as: AuthorizationServer;
    readonly client: OAuthClient;
    readonly tokens: TokenSet;
    readonly resource?: string;
    /** Some of the granted scopes, for a token with fewer; all of them if absent. */
    readonly scopes?: readonly string[];
  },
  http: HttpContext,
  now: () => number,
): Promise<TokenSet> {
  const { as, tokens, resource, scopes } = o;
  const { dpopKey } = tokens;
  const endpoint = tokenEndpoint(as);
  if (tokens.refreshToken === undefined) throw ended(as, 'there is no refresh token');
  // RFC 7591 §3.2.1: another one cannot take its place, since a refresh token is its client's.
  if ((o.client.secretExpiresAt ?? Infinity) <= now()) throw ended(as, 'the client’s secret has expired');
  const client = libraryClient(o.client, now);
  const askedAt = now();
  const refreshToken = tokens.refreshToken.expose();
  const answer = await requestWithDpop(dpopKey, (proof) =>
    oauth.refreshTokenGrantRequest(as, client, clientAuthentication(o.client), refreshToken, {
      ...libraryRequest(http),
      ...proof,
      additionalParameters: defined({
        resource,
        scope: scopes?.join(' '),
      }),
    }),
  );
  const accepted = await acceptedTokenAnswer(answer, endpoint, [
    tokens.refreshToken,
    o.client.clientSecret,
  ]).catch((refusal: unknown) => {
    const error = inStandardTexts(as, refusal);
    if (!(error instanceof OAuthFlowError) || error.details.oauthError !== 'invalid_grant') throw error;
    throw ended(as, 'it no longer accepts the refresh token', 'invalid_grant');
  });
  return validTokenResponse(endpoint, async () => {
    const standard = await inStandardForm(as, accepted.response);
    const body = await oauth.processRefreshTokenResponse(standard.as, client, standard.answer);
    const claims = oauth.getValidatedIdTokenClaims(body);
    const held = tokens.idTokenClaims;
    // OpenID Connect Core §12.2: it must speak of the same user.
    if (claims !== undefined && held !== undefined && claims.sub !== held.sub) {
      throw invalidTokenResponse(endpoint, 'it is for another account');
    }
    const dpop = dpopKey === undefined ? undefined : { key: dpopKey, required: true };
    const fresh = tokenSetOf(body, claims, scopes ?? tokens.scopes, askedAt, endpoint, dpop);
    const { idToken, ...renewed } = fresh;
    return defined({
      ...renewed,
      refreshToken: fresh.refreshToken ?? tokens.refreshToken,
      idToken: tokens.idToken && (idToken ?? tokens.idToken),
      idTokenClaims: held ? { ...held, ...fresh.idTokenClaims } : fresh.idTokenClaims,
    });
  });
}

function ended(as: AuthorizationServer, why: string, oauthError?: string): OAuthFlowError {
  return new OAuthFlowError(
    'refreshTokenRefused',
    `The sign-in at ${shownAddress(as.issuer)} has ended: ${why}.`,
    defined({
      url: shownAddress(as.token_endpoint ?? as.issuer),
      oauthError,
      fix: 'Sign in again.',
    }),
  );
}
