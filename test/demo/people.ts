/** The users of the demo world. The text of their passwords says that they are for demos. */
export interface DemoUser {
  /** The subject of tokens: stable, and different from the email address. */
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

/** Returns the user with this address and password, if any. */
export function userByPassword(email: string, password: string): DemoUser | undefined {
  return demoPeople.find((user) => user.email === email.trim() && user.password === password);
}
