import type { ConsentNeed } from '../../broker/fetch/authorizedFetch.js';
import { accountKeyOf, accountLabel, type Credential } from '../../broker/accounts/credential.js';
import type { SignInAttempt } from '../../broker/signIn/signInAttempt.js';
import type { SignInOutcome } from '../../broker/signIn/signIn.js';
import type { InFlightRequest } from '../callers/inFlightRequest.js';

/** @returns a text if a further account was signed in instead of the one that the request is made as */
export function otherAccount(
  { session }: InFlightRequest,
  { credential, beside }: Extract<SignInOutcome, { kind: 'signedIn' }>,
): string | undefined {
  const { account } = session.caller;
  const isOther = account === undefined ? beside !== undefined : accountKeyOf(credential) !== account;
  if (!isOther) return undefined;
  const label = accountLabel(credential);
  return `The browser signed in ${label}, but ${beside ?? 'another account'} is still used.`;
}

/** The scopes that were asked for and not granted; a shared attempt may have been begun for less than this request needs. */
export function lackingScopes(
  need: ConsentNeed,
  attempt: SignInAttempt,
  granted: Credential,
): readonly string[] {
  if (need.kind === 'signIn') return [];
  const asked = attempt.request.scopes ?? [];
  return need.missing.filter((scope) => asked.includes(scope) && !granted.tokens.scopes.includes(scope));
}
