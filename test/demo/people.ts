/** The people of the demo world. Their passwords say that they are none. */
export interface DemoUser {
  /** The subject that tokens are issued for: stable, and not the address. */
  readonly sub: string;
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

export const alice: DemoUser = {
  sub: 'user-alice',
  name: 'Alice Example',
  email: 'alice@example.org',
  password: 'demo-not-secret-alice',
};

export const bob: DemoUser = {
  sub: 'user-bob',
  name: 'Bob Example',
  email: 'bob@example.org',
  password: 'demo-not-secret-bob',
};

export const demoPeople: readonly DemoUser[] = [alice, bob];

export function userBySubject(sub: string): DemoUser | undefined {
  return demoPeople.find((user) => user.sub === sub);
}

/** The user whose address and password these are, if any. */
export function userByPassword(email: string, password: string): DemoUser | undefined {
  return demoPeople.find((user) => user.email === email.trim() && user.password === password);
}
