import * as oauth from 'oauth4webapi';
import type { AuthorizationServer } from './authorizationServerMetadata.js';
import { libraryClient, libraryRequest } from './clientAuthentication.js';
import { requestWithDpop } from './dpop.js';
import type { OAuthClient } from './oauthClient.js';
import type { HttpContext } from './httpContext.js';
import { displayText } from '../base/displayText.js';
import type { TokenSet } from './tokenSet.js';

/** The user at the authorization server. */
export interface Account {
  /** The subject, stable at one issuer (OpenID Connect Core §2, `sub`). */
  readonly id: string;
  /** What a user recognizes: an address or a name. */
  readonly label: string;
}

/**
 * Determines the account of the tokens by the ID token and, if that has no name, by the userinfo endpoint. The access
 * token is opaque to a client (RFC 9068 §6). An unknown account is not an error.
 *
 * @returns undefined if the server does not identify the account
 * @throws the reason of the caller's signal
 * @see OpenID Connect Core §5.3
 */
export async function fetchAccount(
  as: AuthorizationServer,
  client: OAuthClient,
  tokens: TokenSet,
  http: HttpContext,
): Promise<Account | undefined> {
  const known = tokens.idTokenClaims;
  const label = known && readableName(known);
  if (known !== undefined && label !== undefined) return { id: known.sub, label };
  const told = await userInfo(as, client, tokens, http);
  const claims = told ?? known;
  if (claims === undefined) return undefined;
  return { id: claims.sub, label: readableName(claims) ?? displayText(claims.sub) ?? claims.sub };
}

async function userInfo(
  as: AuthorizationServer,
  client: OAuthClient,
  tokens: TokenSet,
  http: HttpContext,
): Promise<oauth.UserInfoResponse | undefined> {
  if (as.userinfo_endpoint === undefined || !tokens.scopes.includes('openid')) return undefined;
  try {
    const of = libraryClient(client);
    const answer = await requestWithDpop(tokens.dpopKey, (proof) =>
      oauth.userInfoRequest(as, of, tokens.accessToken.expose(), { ...libraryRequest(http), ...proof }),
    );
    // The information must have the subject of the ID token of the same sign-in.
    const subject = tokens.idTokenClaims?.sub ?? oauth.skipSubjectCheck;
    return await oauth.processUserInfoResponse(as, of, subject, answer);
  } catch (error) {
    if (http.signal?.aborted === true) throw error;
    return undefined;
  }
}

function readableName(claims: {
  readonly email?: unknown;
  readonly preferred_username?: unknown;
  readonly name?: unknown;
}): string | undefined {
  return displayText(claims.email) ?? displayText(claims.preferred_username) ?? displayText(claims.name);
}
