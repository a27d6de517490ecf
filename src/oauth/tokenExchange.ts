import * as oauth from 'oauth4webapi';
import type { PendingAuthorization } from './authorizationRequest.js';
import { OAuthFlowError } from './oauthFlowError.js';
import { tokenEndpoint } from './authorizationServerMetadata.js';
import { clientAuthentication, libraryClient, libraryRequest } from './clientAuthentication.js';
import { requestWithDpop } from './dpop.js';
import type { HttpContext } from './httpContext.js';
import { Redacted } from '../base/redacted.js';
import type { TokenSet } from './tokenSet.js';
import {
  inStandardForm,
  inStandardTexts,
  acceptedTokenAnswer,
  tokenSetOf,
  validTokenResponse,
} from './tokenResponse.js';
import type { ValidatedCallback } from './authorizationResponse.js';

/**
 * The code for tokens, with the verifier and the resource it was asked for.
 * @param now milliseconds since the epoch; the lifetime counts from before the request, to be on the safe side
 * @throws OAuthFlowError `tokenRequestRefused`, `invalidTokenResponse`, and what a request can throw
 * @see OAuth 2.1 §4.1.3, RFC 8707 §2.2, RFC 9449 §5
 */
export async function exchangeCode(
  pending: PendingAuthorization,
  callback: ValidatedCallback,
  http: HttpContext,
  now: () => number,
): Promise<TokenSet> {
  const { as, resource, nonce, dpop } = pending;
  const endpoint = tokenEndpoint(as);
  if (callback.state !== pending.state) {
    throw new OAuthFlowError('stateMismatch', 'The callback belongs to another sign-in.');
  }
  const client = libraryClient(pending.client, now);
  const askedAt = now();
  const answer = await requestWithDpop(dpop?.key, (proof) =>
    oauth.authorizationCodeGrantRequest(
      as,
      client,
      clientAuthentication(pending.client),
      callback.expose(),
      pending.redirectUri,
      pending.codeVerifier.expose(),
      {
        ...libraryRequest(http),
        ...proof,
        ...(resource !== undefined && { additionalParameters: { resource } }),
      },
    ),
  );
  const { response, hasIdToken } = await acceptedTokenAnswer(answer, endpoint, [
    new Redacted(callback.expose().get('code') ?? ''),
    pending.codeVerifier,
    pending.client.clientSecret,
  ]).catch((refusal: unknown) => {
    throw inStandardTexts(as, refusal);
  });
  return validTokenResponse(endpoint, async () => {
    // A server may grant less than `openid` and then gives no ID token; PKCE protects the code without it.
    const expected = hasIdToken && nonce !== undefined ? { expectedNonce: nonce } : {};
    const standard = await inStandardForm(as, response);
    const body = await oauth.processAuthorizationCodeResponse(standard.as, client, standard.answer, expected);
    const claims = oauth.getValidatedIdTokenClaims(body);
    return tokenSetOf(body, claims, pending.scopes, askedAt, endpoint, dpop);
  });
}
