/** The people of the demo world. Their passwords say that they are none. */
export interface DemoPerson {
  /** The subject that tokens are issued for: stable, and not the address. */
  readonly sub: string;
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

export const alice: DemoPerson = {
  sub: 'person-alice',
  name: 'Alice Example',
  email: 'alice@example.org',
  password: 'demo-not-secret-alice',
};

export const bob: DemoPerson = {
  sub: 'person-bob',
  name: 'Bob Example',
  email: 'bob@example.org',
  password: 'demo-not-secret-bob',
};

export const demoPeople: readonly DemoPerson[] = [alice, bob];

export function personBySubject(sub: string): DemoPerson | undefined {
  return demoPeople.find((person) => person.sub === sub);
}

/** The person whose address and password these are, if any. */
export function personByPassword(email: string, password: string): DemoPerson | undefined {
  return demoPeople.find((person) => person.email === email.trim() && person.password === password);
}
