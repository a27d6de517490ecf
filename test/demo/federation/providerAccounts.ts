import { demoPeople, type DemoUser } from '../people.js';
import type { ProviderId } from './upstreamLogin.js';

/**
 * A user's account at an identity provider. Its passwords are separate, and their text says that they are
 * for demos.
 */
export interface ProviderAccount {
  readonly subject: string;
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

/** Has an account at the identity providers and none at the authorization server. */
export const carol = { name: 'Carol Example', email: 'carol@example.org' } as const;

/** A user's account at a provider: Example ID uses numbers, Example Corp uses email addresses. */
export function accountAt(provider: ProviderId, { name, email }: Pick<DemoUser, 'name' | 'email'>) {
  const [first = ''] = email.split('@');
  const subject = provider === 'example-id' ? `example-id-account-of-${first}` : email;
  const account: ProviderAccount = {
    subject,
    name,
    email,
    password: `demo-not-secret-${first}-at-${provider}`,
  };
  return account;
}

/** All users with an account at a provider. */
export function accountsAt(provider: ProviderId): readonly ProviderAccount[] {
  return [...demoPeople, carol].map((user) => accountAt(provider, user));
}

/** Returns the authorization server's user with a provider's subject, if any. */
export function linkedUser(provider: ProviderId, subject: string): DemoUser | undefined {
  return demoPeople.find((user) => accountAt(provider, user).subject === subject);
}
