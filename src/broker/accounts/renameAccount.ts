import { accountNameFault, lacksName, tidyAccountName, type AccountNameFault } from './accountNaming.js';
import { accountKeyOf, accountLabel, type Credential } from './credential.js';
import type { CredentialStore } from './credentialStore.js';
import type { Clock } from '../../base/clock.js';
import type { Lock } from '../../base/storage.js';
import { accountsLock, underLock } from './tokenLocks.js';

export interface RenameParts {
  readonly credentials: CredentialStore;
  /** The one that sign-ins take. */
  readonly lock: Lock;
  readonly clock: Clock;
}

/** Why an account keeps its name: the fault of the new name, or that the account has been signed out. */
export type RenameFault = AccountNameFault | 'signedOut';

/** The names that an account of the server cannot have, because its other accounts are shown with them. */
export function otherNames(all: readonly Credential[], accountKey: string): readonly string[] {
  return all.filter((one) => accountKeyOf(one) !== accountKey).map(accountLabel);
}

/**
 * Calls an account something else, in every window and from the next call on.
 *
 * @param typed the new name; an empty one gives back the server's own, if the server names the account
 * @returns undefined if it is called that now
 */
export function renameAccount(
  { credentials, lock, clock }: RenameParts,
  serverUrl: string,
  accountKey: string,
  typed: string,
): Promise<RenameFault | undefined> {
  return underLock(lock, accountsLock(serverUrl), async () => {
    const credential = await credentials.reread(serverUrl, accountKey);
    if (credential === undefined) return 'signedOut';
    const fault = accountNameFault(typed, otherNames(await credentials.all(serverUrl), accountKey));
    if (fault === 'empty' && mayHaveServersName(credential)) {
      await credentials.rename(serverUrl, accountKey, undefined);
      return undefined;
    }
    if (fault !== undefined) return fault;
    await credentials.rename(serverUrl, accountKey, { name: tidyAccountName(typed), at: clock.now() });
    return undefined;
  });
}

/** Whether the account has a name without one from the user. */
export function mayHaveServersName(credential: Credential): boolean {
  return credential.account !== undefined && !lacksName(credential);
}
