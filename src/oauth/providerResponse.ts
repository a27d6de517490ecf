import { knownTraits, type AuthorizationServer } from './authorizationServerMetadata.js';
import { isObject, type UntrustedJson } from './jsonResponse.js';
import { jwtPart } from './jwtPart.js';
import { OAuthFlowError } from './oauthFlowError.js';

/** What a token response says of the token itself (RFC 6749 §5.1). */
const tokenMembers = ['access_token', 'token_type', 'refresh_token', 'expires_in', 'scope'];

/**
 * The answer of a token endpoint in the form the standard gives it, and the authorization server as its ID
 * token names it, where a provider is known for another form. Everybody else's is left as it is, to be refused
 * if it is wrong.
 * @param answer one that holds JSON
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

/** A refusal of a token endpoint in the standard's words, where a provider is known for words of its own. */
export function inStandardTexts(as: AuthorizationServer, error: unknown): unknown {
  if (!(error instanceof OAuthFlowError) || error.details.oauthError === undefined) return error;
  const { invalidGrant = [] } = knownTraits(as);
  if (!invalidGrant.includes(error.details.oauthError)) return error;
  return new OAuthFlowError(error.code, error.message, { ...error.details, oauthError: 'invalid_grant' });
}

/**
 * The user's token may stand below the member, beside an application's own, or above it with its scopes
 * below; the two are never mixed.
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

/** The `iss` of an ID token, where it is one the provider is known to use, with the token's claims filled in. */
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
