import type { Account } from '../../oauth/accountName.js';
import { identifierOf, type AuthorizationServer } from '../../oauth/authorizationServerMetadata.js';
import type { OAuthClient } from '../../oauth/oauthClient.js';
import { withoutSecrets } from '../../oauth/redacted.js';
import type { TokenSet } from '../../oauth/tokenSet.js';
import type { DirectGrantName } from '../settings/grantChoice.js';
import type { CredentialFacts } from '../consentStatus.js';

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
  /** When the person signed in; absent where only {@link obtainedAt} is known, which a refresh moves. */
  readonly signedInAt?: number;
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

/**
 * Tells a server's accounts apart: the account and its issuer, and where nobody said who signed in, the sign-in
 * itself, since every one may be another person. Stable, without spaces or line ends but one, safe to store and
 * to log.
 */
export function accountKeyOf({ id, account, grant, as, client }: Credential): string {
  if (account !== undefined) return `${encodeURIComponent(account.id.toWellFormed())} ${identifierOf(as)}`;
  // Where nobody signs in, the client acts, and each of its tokens is a credential of its own.
  if (grant !== undefined)
    return `${grant}:${encodeURIComponent(client.clientId.toWellFormed())} ${identifierOf(as)}`;
  return id;
}

/** Who acts with a credential, as sessions remember it. */
export function personOf(credential: Credential | undefined): string | undefined {
  return credential && accountKeyOf(credential);
}

/** What a person knows an account by: its name, or where it is. */
export function accountLabel({ account, as }: Pick<Credential, 'account' | 'as'>): string {
  return account?.label ?? new URL(as.issuer).host;
}

const longestMargin = 60_000;

/**
 * Whether to refresh before the next use: within a fifth of the token's lifetime of its end, a minute at
 * most, so that short-lived tokens are not renewed at every call.
 *
 * @param now milliseconds since the epoch
 * @param earliness how much of the margin is added to it. Machines that share a sign-in and no lock differ in it, so
 * that one of them refreshes and the others hear of it before their turn has come.
 */
export function isNearExpiry(credential: Credential, now: number, earliness = 0): boolean {
  const { expiresAt } = credential.tokens;
  if (expiresAt === undefined) return false;
  const margin = Math.min(longestMargin, (expiresAt - credential.obtainedAt) / 5);
  return now >= expiresAt - margin * (1 + earliness);
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
