import type { Memory } from '../../base/storage.js';
import { identifierOf } from '../../oauth/authorizationServerMetadata.js';
import { shownAddress } from '../../base/displayText.js';
import { accountKeyOf, accountName, type Credential } from './credential.js';
import type { ServerConfig } from '../settings/serverSettings.js';

/** In place of an account's key: the user has chosen that calls act as none of the accounts that are signed in. */
export const noAccount = '-';

/** Which account of a server this workspace acts as. */
export interface AccountChoice {
  /** @returns an account key, which may be of an account that is gone, or {@link noAccount}; undefined without a choice */
  chosen(serverUrl: string): string | undefined;
  choose(serverUrl: string, accountKey: string): Promise<void>;
}

/** Choices that are kept with the workspace's other state. */
export class RememberedAccountChoice implements AccountChoice {
  /** @param memory of this workspace alone */
  constructor(private readonly memory: Memory) {}

  chosen(serverUrl: string): string | undefined {
    const chosen = this.memory.get(keyOf(serverUrl));
    return typeof chosen === 'string' ? chosen : undefined;
  }

  choose(serverUrl: string, accountKey: string): Promise<void> {
    return this.memory.set(keyOf(serverUrl), accountKey);
  }
}

/** Choices that end with the process. */
export class PassingAccountChoice implements AccountChoice {
  readonly #chosen = new Map<string, string>();

  chosen(serverUrl: string): string | undefined {
    return this.#chosen.get(serverUrl);
  }

  choose(serverUrl: string, accountKey: string): Promise<void> {
    this.#chosen.set(serverUrl, accountKey);
    return Promise.resolve();
  }
}

function keyOf(serverUrl: string): string {
  return `account ${serverUrl}`;
}

/** Which of two accounts a workspace acts as; `neither`: it stays as it was, and the other is not kept. */
export type AccountAnswer = 'new' | 'present' | 'neither';

/**
 * Asks the user which account is used after a sign-in that ended as another account. Both parameters are texts for
 * display.
 */
export type ConfirmAccountChange = (server: ServerConfig, from: string, to: string) => Promise<AccountAnswer>;

/** What an unnamed sign-in means: it renews the account with this key, or adds another account. */
export type UnnamedAnswer = { readonly renews: string } | 'another' | 'neither';

/**
 * Asks the user which account has signed in, if the server does not identify it.
 *
 * @param accounts the server's accounts that the sign-in may renew; at least one
 */
export type AskWhoseSignIn = (
  server: ServerConfig,
  accounts: readonly Credential[],
) => Promise<UnnamedAnswer>;

/** The accounts that a sign-in without a name may be another sign-in of. */
export function possiblyRenewed(next: Credential, known: readonly Credential[]): readonly Credential[] {
  if (!isUnnamed(next)) return [];
  return known.filter((one) => isUnnamed(one) && identifierOf(one.as) === identifierOf(next.as));
}

/**
 * Finds the credential that a new one replaces. A credential of another issuer always belongs to another account,
 * whatever name it gives, because a server decides by itself which name it reports. The key of an unnamed account
 * already contains which one it renews.
 *
 * @param known the credentials of all accounts at the server
 * @param present the credential that the sign-in was begun for
 * @returns undefined if the new credential belongs to a further account
 */
export function replacedBy(
  next: Credential,
  known: readonly Credential[],
  present: Credential | undefined,
): Credential | undefined {
  const key = accountKeyOf(next);
  const same = known.find((one) => accountKeyOf(one) === key);
  if (same !== undefined) return same;
  // The server has begun to name its accounts.
  const hasGotName = next.account !== undefined && present !== undefined && isUnnamed(present);
  return hasGotName && identifierOf(present.as) === identifierOf(next.as) ? present : undefined;
}

function isUnnamed({ account, grant }: Credential): boolean {
  return account === undefined && grant === undefined;
}

/** Both accounts as texts for display, with their issuers if these are the difference. */
export function accountChangeTexts(
  from: Credential,
  to: Credential,
): { readonly from: string; readonly to: string } {
  const isSameIssuer = identifierOf(from.as) === identifierOf(to.as);
  const words = (credential: Credential) => {
    const who = accountName(credential) ?? 'an account without a name';
    return isSameIssuer ? who : `${who} at ${shownAddress(identifierOf(credential.as))}`;
  };
  return { from: words(from), to: words(to) };
}
