import { identifierOf } from '../../oauth/authorizationServerMetadata.js';
import { shownAddress } from '../../oauth/serverWords.js';
import { accountKeyOf, type Credential } from './credential.js';
import type { ServerConfig } from '../settings/serverSettings.js';

/** Which of two accounts a workspace acts as; `neither`: it stays as it was, and the other is not kept. */
export type AccountAnswer = 'new' | 'present' | 'neither';

/** Asks the person which account is used after a sign-in that ended as another; both are given in words. */
export type ConfirmAccountChange = (server: ServerConfig, from: string, to: string) => Promise<AccountAnswer>;

/**
 * The credential whose place a new one takes. Another issuer's is always another account's, whatever names it
 * gives: a server decides itself whom it names. A name that cannot be learned any more may be anybody's.
 *
 * @param known every account's at the server
 * @param present the one the sign-in was begun for
 * @returns undefined where the new one is a further account's
 */
export function replacedBy(
  next: Credential,
  known: readonly Credential[],
  present: Credential | undefined,
): Credential | undefined {
  const key = accountKeyOf(next);
  const same = known.find((one) => accountKeyOf(one) === key);
  if (same !== undefined) return same;
  const isNameless = (one: Credential) =>
    one.account === undefined && identifierOf(one.as) === identifierOf(next.as);
  // It has got a name, or has none still.
  if (present !== undefined && isNameless(present)) return present;
  return next.account === undefined ? known.find(isNameless) : undefined;
}

/** Both in words, with the issuers where they are what differs. */
export function accountChangeWords(
  from: Credential,
  to: Credential,
): { readonly from: string; readonly to: string } {
  const isSameIssuer = identifierOf(from.as) === identifierOf(to.as);
  const words = ({ account, as }: Credential) => {
    const who = account?.label ?? 'an account without a name';
    return isSameIssuer ? who : `${who} at ${shownAddress(identifierOf(as))}`;
  };
  return { from: words(from), to: words(to) };
}
