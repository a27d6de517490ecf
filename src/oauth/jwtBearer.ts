import { identifierOf, type AuthorizationServer } from './authorizationServerMetadata.js';
import { requestedAccess, requestTokens, type DirectGrant } from './directGrant.js';
import type { HttpContext } from './httpContext.js';
import { jwtPart } from './jwtPart.js';
import type { Redacted } from './redacted.js';
import type { TokenSet } from './tokenSet.js';

/**
 * Whether an assertion names an authorization server as its audience. Whoever is brought it can bring it to the
 * one that it names, so what a server calls itself where it was found under another name does not count.
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
 * Tokens for whoever a signed assertion speaks of: a workload's identity, or a person's by their identity
 * provider. The assertion is sent as it is: it is the issuer's to say who and until when.
 * @param now milliseconds since the epoch
 * @throws OAuthFlowError what {@link requestTokens} throws
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
