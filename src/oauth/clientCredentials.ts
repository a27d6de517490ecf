import { requestedAccess, requestTokens, type DirectGrant } from './directGrant.js';
import type { HttpContext } from './httpContext.js';
import type { OAuthClient } from './oauthClient.js';
import { OAuthFlowError } from './oauthFlowError.js';
import type { TokenSet } from './tokenSet.js';

/**
 * Tokens for the client itself, which proves who it is with its secret or its key.
 * @param now milliseconds since the epoch
 * @throws OAuthFlowError `clientIdRequired` for a client that can prove nothing, and what
 * {@link requestTokens} throws
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
export function provesNothing({ clientId }: Pick<OAuthClient, 'clientId'>): OAuthFlowError {
  return new OAuthFlowError(
    'clientIdRequired',
    `The client "${clientId}" has neither a secret nor a key, and must prove itself to get tokens of its own.`,
    {
      field: 'clientSecret',
      fix: 'Run “MCP OAuth: Set Client Secret…” or “MCP OAuth: Set Client Key…”.',
    },
  );
}
