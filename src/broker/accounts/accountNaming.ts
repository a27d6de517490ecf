import type { DirectGrantName } from '../settings/grant.js';
import { accountName, type Account, type AccountNaming, type Credential } from './credential.js';

/** Longest name of an account, in characters. It stands in tool titles and in the status bar. */
export const longestAccountName = 60;

export type AccountNameFault = 'empty' | 'tooLong' | 'invisible' | 'taken';

/**
 * Why a text cannot be an account's name.
 *
 * @param others the names of the server's other accounts
 */
export function accountNameFault(text: string, others: readonly string[]): AccountNameFault | undefined {
  const name = tidyAccountName(text);
  if (invisible.test(text)) return 'invisible';
  if (name === '') return 'empty';
  if (name.length > longestAccountName) return 'tooLong';
  return others.some((other) => isSameName(other, name)) ? 'taken' : undefined;
}

/** The name in a typed text: without spaces around it, and with single ones within. */
export function tidyAccountName(text: string): string {
  return text.replace(/\s+/gu, ' ').trim();
}

/** Two names that a reader takes for the same. */
function isSameName(one: string, other: string): boolean {
  const plain = (name: string) => tidyAccountName(name).normalize('NFKC').toLowerCase();
  return plain(one) === plain(other);
}

/**
 * Controls, line ends, formatting and direction characters, private and unassigned ones, and those that show as
 * nothing: with one of them two different names look the same, or a name reorders the text around it.
 */
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}\p{Default_Ignorable_Code_Point}\u2800]/u;

/** What decides whether the server names the account. */
interface NamedBy {
  readonly account?: Account | undefined;
  readonly grant?: DirectGrantName | undefined;
}

/**
 * Whether the server does not name the user: it gives no name, or a subject that means nothing to the user.
 * Tokens that no user signs in for have no name to ask for.
 */
export function lacksName({ account, grant }: NamedBy): boolean {
  if (grant !== undefined) return false;
  if (account === undefined) return true;
  return account.label === account.id && !isAddress(account.id);
}

/**
 * The name of an account until the user changes it: the subject if it is readable, otherwise a number.
 *
 * @param others the server's other accounts
 * @param numbered makes a name of a number, such as “Account 2”
 */
export function defaultAccountName(
  { account }: AccountNaming,
  others: readonly Credential[],
  numbered: (number: number) => string,
): string {
  const taken = others.map(accountName).filter((name) => name !== undefined);
  const subject = account?.label;
  if (subject !== undefined && isWord(subject) && accountNameFault(subject, taken) === undefined)
    return subject;
  for (let number = 1; ; number++) {
    const name = numbered(number);
    if (accountNameFault(name, taken) !== 'taken') return name;
  }
}

function isAddress(subject: string): boolean {
  return /^[^\s@]+@[^\s@]+$/.test(subject);
}

/** Such as `alice` or `bob.smith2`, and no identifier that a program made. */
function isWord(subject: string): boolean {
  return /^\p{L}[\p{L}._-]{1,23}\d{0,3}$/u.test(subject);
}
