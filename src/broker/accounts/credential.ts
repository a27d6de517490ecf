import type { Account } from '../../oauth/accountName.js';
import type { OAuthClient } from '../../oauth/oauthClient.js';
import { withoutSecrets } from '../../base/redacted.js';
import type { TokenSet } from '../../oauth/tokenSet.js';
import type { DirectGrantName } from '../settings/grant.js';
import { defined } from '../../base/defined.js';
import { identifierOf, type AuthorizationServer } from '../../oauth/authorizationServerMetadata.js';
import type { ServerAddress } from '../settings/serverSettings.js';

export type { Account };

/** One sign-in: (issuer, client, resource, account) and the tokens it holds. */
export interface Credential {
  /** Random and stable for the life of the sign-in; safe to show and to log. */
  readonly id: string;
  /** The MCP server the tokens are for: its configured URL. They are sent nowhere else. */
  readonly serverUrl: string;
  readonly as: AuthorizationServer;
  readonly client: OAuthClient;
  /** RFC 8707 resource indicator; absent if it was left out, towards a server that refuses it. */
  readonly resource?: string;
  readonly account?: Account;
  /**
   * The user's name for the account, or our default until they choose one. It is stored next to the credential, under
   * the account's key.
   */
  readonly name?: string;
  /**
   * Distinguishes the account from others that the server does not name either. It is the same for each sign-in that
   * the user has confirmed as a renewal, and absent in the first sign-in, which is identified by its own id.
   */
  readonly unnamedId?: string;
  /** How the tokens were obtained, if no browser was needed. */
  readonly grant?: DirectGrantName;
  readonly tokens: TokenSet;
  /** When the tokens were issued, milliseconds since the epoch. */
  readonly obtainedAt: number;
  /** When the user signed in; absent if only {@link obtainedAt} is known, which a refresh moves. */
  readonly signedInAt?: number;
}

/**
 * Distinguishes a server's accounts by name and issuer. If the server does not identify the user, the key contains
 * the first of the sign-ins that belong to one account. It is stable, has no line ends and at most one space, and is
 * safe to store and to log.
 */
export function accountKeyOf({ id, unnamedId, account, grant, as, client }: Credential): string {
  if (account !== undefined) return `${encodeURIComponent(account.id.toWellFormed())} ${identifierOf(as)}`;
  // Without a user, the client itself acts, and each of its tokens is a credential of its own.
  if (grant !== undefined)
    return `${grant}:${encodeURIComponent(client.clientId.toWellFormed())} ${identifierOf(as)}`;
  return unnamedId ?? id;
}

/**
 * Identifies the user behind a credential for upstream sessions. If the server names no account, a later sign-in can
 * be another user's than the one before it, so it does not continue a session of that one.
 */
export function actorOf(credential: Credential | undefined): string | undefined {
  if (credential?.account === undefined && credential?.grant === undefined) return credential?.id;
  return accountKeyOf(credential);
}

/** What an account's name is known from. */
export interface AccountNaming {
  readonly name?: string | undefined;
  readonly account?: Account | undefined;
}

/** What the user calls the account, else what the server calls it; undefined if neither does. */
export function accountName({ name, account }: AccountNaming): string | undefined {
  return name ?? account?.label;
}

/** How the user knows an account: by its name, or by its address. */
export function accountLabel(credential: Credential): string {
  return accountName(credential) ?? new URL(credential.as.issuer).host;
}

/** The account's name as part of something else, which has none if the account has none. */
export function accountFact(credential: Credential): { readonly account?: string } {
  const name = accountName(credential);
  return name === undefined ? {} : { account: name };
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

/** The credential of a sign-in that cannot be renewed. The account and its scopes stay known. */
export function withoutRefreshToken(credential: Credential): Credential {
  const { refreshToken, ...tokens } = credential.tokens;
  return { ...credential, tokens };
}

/** Text of the server's, which some repeat the token in, without this credential's tokens. */
export function withoutTokens(text: string, { tokens }: Credential): string {
  return withoutSecrets(text, [tokens.accessToken, tokens.refreshToken]);
}

/**
 * The place of a sign-in that belongs to one agent: the server's address with a fragment, which is never sent (RFC
 * 9110 §4.2.5). A search for the user's own accounts finds none of these.
 *
 * @param agentId undefined for the user's own sign-in
 */
export function placeOf<Server extends ServerAddress>(server: Server, agentId: string | undefined): Server {
  return agentId === undefined ? server : { ...server, url: `${server.url}#agent-${agentId}` };
}

/** An agent's own sign-in with the key of the user's sign-in, so that what began with one continues with the other. */
export function asUser(own: Credential, { id, unnamedId, account, name }: Credential): Credential {
  return { ...own, ...defined({ id, unnamedId, account, name }) };
}

/**
 * Whether an agent's sign-in belongs to the account of the user that it acts as: the issuer is the same, and so is
 * the name if both have one. A sign-in without a name does not match one that has a name.
 */
export function isOwnOf(own: Credential, user: Credential): boolean {
  if (identifierOf(own.as) !== identifierOf(user.as)) return false;
  return user.account === undefined || own.account?.id === user.account.id;
}

/** By which of the sign-ins at an agent's place a user is found; undefined if they have no name. */
export function ownKeyOf(user: Credential): string | undefined {
  return user.account === undefined ? undefined : accountKeyOf(user);
}
