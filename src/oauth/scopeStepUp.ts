import type { BearerChallenge } from './wwwAuthenticateChallenge.js';

/**
 * The scopes to ask for after 403 `insufficient_scope`: all that is held and all the challenge names, because
 * the next token replaces the present one. `added` is empty where the challenge names nothing that is missing,
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
