import { defined } from '../base/defined.js';
import * as oauth from 'oauth4webapi';
import { knownTraits, type AuthorizationServer } from './authorizationServerMetadata.js';
import { clientAuthentication, libraryClient, libraryRequest } from './clientAuthentication.js';
import type { OAuthClient } from './oauthClient.js';
import type { HttpContext } from './httpContext.js';
import { errorAnswer } from './jsonResponse.js';
import { OAuthFlowError } from './oauthFlowError.js';
import type { Redacted } from '../base/redacted.js';
import { sentence, shownAddress } from '../base/displayText.js';
import type { TokenSet } from './tokenSet.js';

/** `notOffered`: the server has no revocation, or none for this kind of token. */
type RevocationOutcome = 'revoked' | 'notOffered' | 'failed';

/** What became of each token. */
export interface RevocationReceipt {
  /** Absent if there was no refresh token. */
  readonly refreshToken?: RevocationOutcome;
  readonly accessToken: RevocationOutcome;
  /** Why one failed, as a sentence for a user. */
  readonly problem?: string;
}

/**
 * Revokes the refresh token, which should end the whole grant, and then the access token, for servers where it does
 * not. Never throws for a failure of the server or the network, because the user is signed out here in any case.
 *
 * @throws the reason of the caller's signal
 * @see RFC 7009 §2
 */
export async function revokeTokens(
  o: { readonly as: AuthorizationServer; readonly client: OAuthClient; readonly tokens: TokenSet },
  http: HttpContext,
): Promise<RevocationReceipt> {
  const { as, client, tokens } = o;
  const { revocation } = knownTraits(as);
  const problems: string[] = [];
  const revoke = async (token: Redacted, hint: string): Promise<RevocationOutcome> => {
    if (as.revocation_endpoint === undefined) return 'notOffered';
    try {
      const answer = await oauth.revocationRequest(
        as,
        libraryClient(client),
        clientAuthentication(client),
        token.expose(),
        { ...libraryRequest(http), additionalParameters: { token_type_hint: hint } },
      );
      if (answer.ok) return 'revoked';
      const said = await errorAnswer(answer, [token, client.clientSecret]);
      if (said?.error === 'unsupported_token_type') return 'notOffered';
      const why = said?.description ?? said?.error ?? `status ${answer.status}`;
      problems.push(sentence(`${shownAddress(as.revocation_endpoint)} did not revoke the ${hint}: ${why}`));
    } catch (error) {
      if (http.signal?.aborted === true) throw error;
      problems.push(
        error instanceof OAuthFlowError ? error.message : 'The revocation request could not be sent.',
      );
    }
    return 'failed';
  };
  const refreshToken =
    tokens.refreshToken === undefined ? undefined : await revoke(tokens.refreshToken, 'refresh_token');
  // Some say yes to it though the token lives on; the receipt must not.
  const accessToken =
    revocation === 'refreshTokenOnly' ? 'notOffered' : await revoke(tokens.accessToken, 'access_token');
  const [problem] = problems;
  return defined({
    refreshToken,
    accessToken,
    problem,
  });
}
