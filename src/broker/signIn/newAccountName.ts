import type { GivenName } from '../accounts/accountNames.js';
import { accountNameFault, defaultAccountName, lacksName } from '../accounts/accountNaming.js';
import { accountKeyOf, accountLabel, type Credential } from '../accounts/credential.js';
import type { CredentialStore } from '../accounts/credentialStore.js';
import type { ServerConfig } from '../settings/serverSettings.js';

export interface NamingParts {
  readonly credentials: CredentialStore;
  /** Such as “Account 2”; absent where there is no one to change it. */
  readonly numberedAccount?: ((number: number) => string) | undefined;
}

/** A sign-in with the name it has here. */
export interface NamedSignIn {
  readonly credential: Credential;
  /** What has to be kept as its name; absent if it has that name already, or none. */
  readonly given?: { readonly name: string; readonly isDefault?: true };
}

/**
 * The name of the account that has signed in: the one the user gave it before, or a default if the server does not name
 * it. With a default from the start, no call has to wait for the user to think of a name.
 *
 * @param replaced the credential whose place it takes
 */
export async function withName(
  server: ServerConfig,
  credential: Credential,
  replaced: Credential | undefined,
  { credentials, numberedAccount }: NamingParts,
): Promise<NamedSignIn> {
  const key = accountKeyOf(credential);
  const others = (await credentials.all(server.url)).filter(
    (one) => one.id !== replaced?.id && accountKeyOf(one) !== key,
  );
  const isFree = ({ name }: GivenName) => accountNameFault(name, others.map(accountLabel)) === undefined;
  const own = await credentials.nameOf(server.url, key);
  if (own !== undefined && isFree(own)) return { credential: { ...credential, name: own.name } };
  // The server has begun to name the account; what the user calls it stays.
  const former = replaced && (await credentials.nameOf(server.url, accountKeyOf(replaced)));
  if (former !== undefined && former.isDefault !== true && isFree(former))
    return { credential: { ...credential, name: former.name }, given: { name: former.name } };
  if (numberedAccount === undefined || server.isIdentityProvider === true || !lacksName(credential))
    return { credential };
  const name = defaultAccountName(credential, others, numberedAccount);
  return { credential: { ...credential, name }, given: { name, isDefault: true } };
}
