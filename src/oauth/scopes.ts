import type { AuthorizationServer } from './authorizationServerMetadata.js';
import type { ProtectedResource } from './protectedResourceMetadata.js';
import type { BearerChallenge } from './wwwAuthenticateChallenge.js';

/**
 * The scopes of a first sign-in, by the MCP specification's priority: those of the challenge, otherwise all that the
 * resource supports, otherwise none, which leaves the choice to the authorization server (RFC 6749 §3.3). Configured
 * scopes replace all of these and are requested exactly.
 *
 * `offline_access` is added if the authorization server lists it (SEP-2207), and with `identity` also `openid`,
 * `email`, and `profile`. Nothing is added to an empty choice, because a scope parameter with these alone would
 * replace the server's default scopes.
 */
export function initialScopes(o: {
  readonly challenge?: BearerChallenge | undefined;
  readonly configured?: readonly string[] | undefined;
  readonly resource: ProtectedResource;
  readonly as: AuthorizationServer;
  /** Requests the user's identity, so that the account has a name. */
  readonly identity?: boolean;
  /** Asked for at this authorization server whether it lists them or not. */
  readonly further?: readonly string[] | undefined;
  /** If no scope is named, the scope below the resource that this authorization server has for all of it. */
  readonly belowResource?: string | undefined;
}): readonly string[] {
  if (o.configured !== undefined && o.configured.length > 0) return neededScopes(o);
  return withSessionScopes(neededScopes(o), o.as, o.identity === true, o.further);
}

/** The same without additions: there is no user whose sign-in should last or have a name. */
export function neededScopes(o: {
  readonly challenge?: BearerChallenge | undefined;
  readonly configured?: readonly string[] | undefined;
  readonly resource: ProtectedResource;
  /** If no scope is named, the scope below the resource that this authorization server has for all of it. */
  readonly belowResource?: string | undefined;
}): readonly string[] {
  if (o.configured !== undefined && o.configured.length > 0) return [...new Set(o.configured)];
  const named = o.challenge?.scopes ?? o.resource.scopesSupported ?? [];
  if (named.length > 0 || o.belowResource === undefined) return named;
  return [o.resource.resource + o.belowResource];
}

/** Whether a scope only keeps a sign-in or names its account; servers often leave these out of what they granted. */
export function isSessionScope(scope: string): boolean {
  return ['offline_access', 'openid', 'email', 'profile'].includes(scope);
}

/**
 * The scopes that a tool needs, and those that make the sign-in last and give it a name, if the authorization server
 * lists them. A step-up needs them as much as the first sign-in, because its token replaces the present one.
 */
export function withSessionScopes(
  needed: readonly string[],
  as: AuthorizationServer,
  identity: boolean,
  further: readonly string[] = [],
): readonly string[] {
  if (needed.length === 0) return [];
  const listed = as.scopes_supported ?? [];
  const wanted = ['offline_access'];
  if (identity && listed.includes('openid')) wanted.push('openid', 'email', 'profile');
  return [...new Set([...needed, ...wanted.filter((scope) => listed.includes(scope)), ...further])];
}

/**
 * The scopes to ask for after 403 `insufficient_scope`: all that is held and all the challenge names, because
 * the next token replaces the present one. `added` is empty if the challenge names nothing that is missing,
 * and then another sign-in would change nothing.
 * @see RFC 6750 §3.1
 */
export function stepUpScopes(
  held: readonly string[],
  challenge: BearerChallenge,
): { readonly union: readonly string[]; readonly added: readonly string[] } {
  const added = (challenge.scopes ?? []).filter((scope) => !held.includes(scope));
  return { union: [...new Set([...held, ...added])], added };
}
