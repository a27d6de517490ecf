import { shownAddress } from '../oauth/serverWords.js';
import type { Account } from './credential.js';
import type { ServerConfig } from './serverSettings.js';

/** Who a sign-in is for, as far as that is known: an account of one issuer. */
export interface SignedInAs {
  readonly issuer: string;
  readonly account?: Account;
}

/** Asks the person before another sign-in replaces the present one; both are given in words. */
export type ConfirmAccountChange = (server: ServerConfig, from: string, to: string) => Promise<boolean>;

/**
 * Whether the person has to be asked. Another issuer always counts, whatever names it gives: a server decides
 * itself whom it names. A name that cannot be learned any more may be anybody's.
 */
export function isAccountChange(from: SignedInAs, to: SignedInAs): boolean {
  if (from.issuer !== to.issuer) return true;
  return from.account !== undefined && from.account.id !== to.account?.id;
}

/** Both in words, with the issuers where they are what differs. */
export function accountChangeWords(
  from: SignedInAs,
  to: SignedInAs,
): { readonly from: string; readonly to: string } {
  const words = ({ account, issuer }: SignedInAs) => {
    const who = account?.label ?? 'an account without a name';
    return from.issuer === to.issuer ? who : `${who} at ${shownAddress(issuer)}`;
  };
  return { from: words(from), to: words(to) };
}
