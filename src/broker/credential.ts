import type { Account } from '../oauth/accountName.js';
import type { AuthorizationServer } from '../oauth/authorizationServerMetadata.js';
import type { OAuthClient } from '../oauth/oauthClient.js';
import { withoutSecrets } from '../oauth/redacted.js';
import type { TokenSet } from '../oauth/tokenSet.js';
import type { DirectGrantName } from './grantChoice.js';
import type { CredentialFacts } from './consentStatus.js';

export type { Account };

/** One sign-in: (issuer, client, resource, account) and the tokens it holds. */
export interface Credential {
  /** Random and stable for the life of the sign-in; safe to show and to log. */
  readonly id: string;
  /** The MCP server the tokens are for: its configured URL. They are sent nowhere else. */
  readonly serverUrl: string;
  readonly as: AuthorizationServer;
  readonly client: OAuthClient;
  /** RFC 8707 resource indicator; absent where it was left out, towards a server that refuses it. */
  readonly resource?: string;
  readonly account?: Account;
  /** How the tokens were obtained, where no browser was needed. */
  readonly grant?: DirectGrantName;
  readonly tokens: TokenSet;
  /** When the tokens were issued, milliseconds since the epoch. */
  readonly obtainedAt: number;
}

/** What the consent status needs of a credential. */
export function credentialFacts(credential: Credential): CredentialFacts {
  return {
    scopes: credential.tokens.scopes,
    refreshable: credential.tokens.refreshToken !== undefined || credential.grant !== undefined,
    ...(credential.account !== undefined && { account: credential.account.label }),
    ...(credential.tokens.expiresAt !== undefined && { expiresAt: credential.tokens.expiresAt }),
  };
}

/** Tells people apart; where nobody said who signed in, every sign-in may be another person. */
export function personOf(credential: Credential | undefined): string | undefined {
  if (credential === undefined) return undefined;
  const { account, grant, as, client } = credential;
  if (account !== undefined) return `${account.id} ${as.issuer}`;
  // Where nobody signs in, the client acts, and each of its tokens is a credential of its own.
  return grant === undefined ? credential.id : `${grant} ${client.clientId} ${as.issuer}`;
}

const longestMargin = 60_000;

/**
 * Whether to refresh before the next use: within a fifth of the token's lifetime of its end, a minute at
 * most, so that short-lived tokens are not renewed at every call.
 *
 * @param now milliseconds since the epoch
 */
export function isNearExpiry(credential: Credential, now: number): boolean {
  const { expiresAt } = credential.tokens;
  if (expiresAt === undefined) return false;
  const margin = Math.min(longestMargin, (expiresAt - credential.obtainedAt) / 5);
  return now >= expiresAt - margin;
}

/** The credential of a sign-in that cannot be renewed: who signed in, and with which scopes, stays. */
export function withoutRefreshToken(credential: Credential): Credential {
  const { refreshToken, ...tokens } = credential.tokens;
  return { ...credential, tokens };
}

/** Text of the server's, which some repeat the token in, without this credential's tokens. */
export function withoutTokens(text: string, { tokens }: Credential): string {
  return withoutSecrets(text, [tokens.accessToken, tokens.refreshToken]);
}
