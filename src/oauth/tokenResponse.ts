import { defined } from '../base/defined.js';
import { invalidTokenResponse, noTokenIssued, tokenRefused } from './flowErrors.js';
import * as oauth from 'oauth4webapi';
import type { DpopBinding } from './dpop.js';
import { OAuthFlowError } from './oauthFlowError.js';
import { Redacted } from '../base/redacted.js';
import { isVisibleText, displayText } from '../base/displayText.js';
import type { IdTokenClaims, TokenSet } from './tokenSet.js';
import { scopeTokens } from './wwwAuthenticateChallenge.js';
import { knownTraits, type AuthorizationServer } from './authorizationServerMetadata.js';
import { errorAnswer, jsonResponse, isObject, type UntrustedJson } from './jsonResponse.js';
import { jwtPart } from './jwtPart.js';

/**
 * Prepares the response of a token endpoint for the library: a refusal is recognized whatever its status and headers
 * (some servers refuse with 200, some add a `WWW-Authenticate` that hides the body), a form is read as the
 * corresponding JSON, and members that are null count as absent.
 *
 * @param sent secrets of the request, which are kept out of the error
 * @throws OAuthFlowError `tokenRequestRefused`, `unexpectedStatus`, `notJson`
 */
export async function acceptedTokenAnswer(
  given: Response,
  endpoint: string,
  sent: readonly (Redacted | undefined)[],
): Promise<{ readonly response: Response; readonly hasIdToken: boolean }> {
  const answer = await withFormAsJson(given, endpoint);
  const said = await errorAnswer(answer, sent);
  if (said !== undefined) {
    throw tokenRefused(endpoint, answer.status, said);
  }
  if (answer.status !== 200) {
    throw noTokenIssued(endpoint, answer.status);
  }
  const body = Object.fromEntries(
    Object.entries(await jsonResponse(answer, endpoint)).filter(([, value]) => value !== null),
  );
  return {
    response: new Response(JSON.stringify(body), { headers: { 'content-type': 'application/json' } }),
    hasIdToken: body['id_token'] !== undefined,
  };
}

/**
 * Runs the library's reading of a token response. Its errors hold the response, so only their sentence, which
 * is the library's own, is kept.
 * @throws OAuthFlowError `invalidTokenResponse`
 */
export async function validTokenResponse<T>(endpoint: string, process: () => Promise<T>): Promise<T> {
  try {
    return await process();
  } catch (error) {
    if (error instanceof OAuthFlowError) throw error;
    const known =
      error instanceof oauth.OperationProcessingError || error instanceof oauth.UnsupportedOperationError;
    const why = known ? displayText(error.message) : undefined;
    throw invalidTokenResponse(endpoint, why ?? 'it does not conform');
  }
}

/**
 * @param body checked by the library
 * @param asked the scopes a response without `scope` stands for (RFC 6749 §5.1)
 * @param dpop the binding asked for; without one a bound token is of no use, and foreign
 * @param receivedAt milliseconds since the epoch; the lifetime counts from here
 */
export function tokenSetOf(
  body: oauth.TokenEndpointResponse,
  claims: oauth.IDToken | undefined,
  asked: readonly string[],
  receivedAt: number,
  endpoint: string,
  dpop?: DpopBinding,
): TokenSet {
  for (const token of [body.access_token, body.refresh_token]) {
    // RFC 6749 appendix A.12, A.17: what else it holds cannot be sent in a header.
    if (token !== undefined && !isVisibleText(token)) {
      throw invalidTokenResponse(endpoint, 'it contains a token with invalid characters');
    }
  }
  return defined({
    accessToken: new Redacted(body.access_token),
    ...tokenTypeOf(body.token_type, endpoint, dpop),
    refreshToken: body.refresh_token === undefined ? undefined : new Redacted(body.refresh_token),
    expiresAt: body.expires_in === undefined ? undefined : receivedAt + body.expires_in * 1000,
    scopes: body.scope === undefined ? asked : grantedScopes(body.scope, asked),
    idToken: body.id_token === undefined ? undefined : new Redacted(body.id_token),
    idTokenClaims: claims && accountClaims(claims),
  });
}

/** RFC 6749 §7.1: a token of a type that is not understood, or was not asked for, is not used. */
function tokenTypeOf(
  type: string,
  endpoint: string,
  dpop: DpopBinding | undefined,
): { readonly tokenType: TokenSet['tokenType']; readonly dpopKey?: DpopBinding['key'] } {
  if (type === 'dpop' && dpop !== undefined) return { tokenType: 'DPoP', dpopKey: dpop.key };
  if (type !== 'bearer') {
    throw invalidTokenResponse(endpoint, 'the token is of a type that was not requested');
  }
  if (dpop?.required === true) {
    throw invalidTokenResponse(endpoint, 'the token is not bound to the key of the request (DPoP)');
  }
  return { tokenType: 'Bearer' };
}

/** GitHub and Slack part scopes with commas, which a scope may itself contain: read so only if none asked for does. */
function grantedScopes(scope: string, asked: readonly string[]): readonly string[] {
  const parted =
    scope.includes(' ') || asked.some((one) => one.includes(',')) ? scope : scope.replaceAll(',', ' ');
  return scopeTokens(parted);
}

function accountClaims(claims: oauth.IDToken): IdTokenClaims {
  const text = (name: string) => {
    const words = displayText(claims[name]);
    return words === undefined ? {} : { [name]: words };
  };
  return { sub: claims.sub, ...text('email'), ...text('preferred_username'), ...text('name') };
}

/**
 * Converts a token endpoint's response with the content type of a form, such as GitHub's default, to a JSON object
 * with the same members. Any other response is unchanged.
 *
 * @throws OAuthFlowError `invalidTokenResponse` if a member occurs twice, because it is unclear which one counts
 */
async function withFormAsJson(answer: Response, endpoint: string): Promise<Response> {
  const type = answer.headers.get('content-type') ?? '';
  // Without a body, such as a 304, there is nothing to read.
  if (answer.body === null || !/^application\/x-www-form-urlencoded\b/i.test(type)) return answer;
  const text = await answer.clone().text();
  // JSON that is mislabelled is read as what it is.
  if (text.trimStart().startsWith('{')) return answer;
  const members = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(text)) {
    if (members.has(name)) {
      throw invalidTokenResponse(endpoint, 'it repeats a member');
    }
    // An empty member counts as absent, except for the scopes: then there are none.
    if (value !== '' || name === 'scope') members.set(name, value);
  }
  const headers = new Headers(answer.headers);
  headers.set('content-type', 'application/json');
  return new Response(JSON.stringify(Object.fromEntries(members)), { status: answer.status, headers });
}

/** The members of a token response about the token itself (RFC 6749 §5.1). */
const tokenMembers = ['access_token', 'token_type', 'refresh_token', 'expires_in', 'scope'];

/**
 * Converts a token response to the standard form, and sets the issuer that its ID token names, for a provider that is
 * known to use another form. Responses of other providers are unchanged, and are refused if they are wrong.
 *
 * @param answer a response that contains JSON
 */
export async function inStandardForm(
  as: AuthorizationServer,
  answer: Response,
): Promise<{ readonly as: AuthorizationServer; readonly answer: Response }> {
  const { nestedToken, idTokenIssuers = [] } = knownTraits(as);
  if (nestedToken === undefined && idTokenIssuers.length === 0) return { as, answer };
  const body: unknown = await answer.clone().json();
  if (!isObject(body)) return { as, answer };
  const issuer = issuerOfIdToken(body['id_token'], idTokenIssuers);
  return {
    as: issuer === undefined ? as : { ...as, issuer },
    answer: nestedToken === undefined ? answer : Response.json(unnested(body, nestedToken)),
  };
}

/** Converts a token endpoint's refusal to the standard's code, for a provider that is known to use its own codes. */
export function inStandardTexts(as: AuthorizationServer, error: unknown): unknown {
  if (!(error instanceof OAuthFlowError) || error.details.oauthError === undefined) return error;
  const { invalidGrant = [] } = knownTraits(as);
  if (!invalidGrant.includes(error.details.oauthError)) return error;
  return new OAuthFlowError(error.code, error.message, { ...error.details, oauthError: 'invalid_grant' });
}

/**
 * The user's token may be in the member, next to an application's own, or outside it with its scopes inside. The two
 * are never mixed.
 */
function unnested(body: UntrustedJson, { member, tokenType }: { member: string; tokenType: string }) {
  const below = body[member];
  const nested = isObject(below) ? below : {};
  const isBelow = typeof nested['access_token'] === 'string';
  const own = Object.entries(body).filter(([name]) => !isBelow || !tokenMembers.includes(name));
  const theirs = Object.entries(nested).filter(([name]) => tokenMembers.includes(name));
  const token: UntrustedJson = { ...Object.fromEntries(theirs), ...Object.fromEntries(own) };
  return token['token_type'] === tokenType ? { ...token, token_type: 'Bearer' } : token;
}

/** The `iss` of an ID token, if the provider is known to use it, with the token's claims filled in. */
function issuerOfIdToken(idToken: unknown, known: readonly string[]): string | undefined {
  const claims = typeof idToken === 'string' ? jwtPart(idToken.split('.')[1]) : undefined;
  if (claims === undefined) return undefined;
  return known
    .map((issuer) => withClaims(issuer, claims))
    .find((issuer) => issuer !== undefined && issuer === claims['iss']);
}

/** @returns undefined if a claim is missing or could stand for more than one segment of a path */
function withClaims(issuer: string, claims: UntrustedJson): string | undefined {
  const [, name] = /\{(\w+)\}/.exec(issuer) ?? [];
  if (name === undefined) return issuer;
  const claim = claims[name];
  return typeof claim === 'string' && /^[\w-]+$/.test(claim) ? issuer.replace(`{${name}}`, claim) : undefined;
}
