import { demoPeople, type DemoUser } from '../people.js';
import type { ProviderId } from './upstreamLogin.js';

/** What an identity provider knows of a user. Its passwords are its own, and say that they are none. */
export interface ProviderAccount {
  readonly subject: string;
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

/** Has an account at the identity providers and none at the authorization server. */
export const carol = { name: 'Carol Example', email: 'carol@example.org' } as const;

/** A user's account at a provider: Example ID numbers its people, Example Corp names them by address. */
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

/** Everyone with an account at a provider. */
export function accountsAt(provider: ProviderId): readonly ProviderAccount[] {
  return [...demoPeople, carol].map((user) => accountAt(provider, user));
}

/** The authorization server's user behind a provider's subject, where it knows one. */
export function linkedUser(provider: ProviderId, subject: string): DemoUser | undefined {
  return demoPeople.find((user) => accountAt(provider, user).subject === subject);
}
