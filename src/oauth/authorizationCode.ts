import {
  authorizationRefused,
  callbackOfAnotherIssuer,
  callbackWithoutIssuer,
  invalidCallback,
} from './flowErrors.js';
import * as oauth from 'oauth4webapi';
import type { PendingAuthorization } from './authorizationRequest.js';
import { OAuthFlowError } from './oauthFlowError.js';
import { isVisibleText, displayText, shownAddress } from '../base/displayText.js';
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

/** A callback that has been checked. It holds the code and therefore prints nothing of it. */
export class ValidatedCallback {
  readonly #parameters: URLSearchParams;

  /** @param state of the sign-in the callback was checked against */
  constructor(
    readonly state: string,
    parameters: URLSearchParams,
  ) {
    this.#parameters = parameters;
  }

  /** The parameters, for the token request alone. */
  expose(): URLSearchParams {
    return this.#parameters;
  }
}

/**
 * Checks the answer that came back through the browser: `state` first, then repetition, then `iss`, on errors
 * too, and only then what it says.
 * @throws OAuthFlowError `stateMismatch`, `invalidCallback`, `callbackIssuerMismatch`, `accessDenied`,
 * `authorizationRefused`
 * @see RFC 6749 §4.1.2, RFC 9207 §2.4
 */
export function validateAuthorizationResponse(
  pending: PendingAuthorization,
  callback: URLSearchParams,
): ValidatedCallback {
  const { as, state } = pending;
  const host = shownAddress(as.issuer);
  // Every value is compared, so that the time taken tells nothing of which one was near.
  const matches = callback.getAll('state').map((value) => equalInConstantTime(value, state));
  if (!matches.includes(true)) {
    throw new OAuthFlowError('stateMismatch', 'The callback does not belong to this sign-in.');
  }
  const repeated = [...callback.keys()].find((name, index, names) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw invalidCallback(host, 'repeats a parameter', displayText(repeated));

  const iss = callback.get('iss');
  if (iss === null && as.authorization_response_iss_parameter_supported === true) {
    throw callbackWithoutIssuer(host);
  }
  if (iss !== null && iss !== as.issuer) {
    throw callbackOfAnotherIssuer(host, iss);
  }

  const error = callback.get('error');
  if (error !== null) throw authorizationRefused(host, error, callback.get('error_description'));
  const code = callback.get('code');
  if (!code) throw invalidCallback(host, 'has neither a code nor an error', 'code');
  if (!isVisibleText(code)) throw invalidCallback(host, 'has an invalid code', 'code');
  try {
    const client: oauth.Client = { client_id: pending.client.clientId };
    return new ValidatedCallback(state, oauth.validateAuthResponse(as, client, callback, state));
  } catch {
    throw invalidCallback(host, 'is not a response to a request for a code', undefined);
  }
}

function equalInConstantTime(given: string, expected: string): boolean {
  let difference = given.length ^ expected.length;
  for (let at = 0; at < expected.length; at++) {
    difference |= expected.charCodeAt(at) ^ (at < given.length ? given.charCodeAt(at) : 0);
  }
  return difference === 0;
}

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
