/** The value of `mcpOAuthBroker.servers`, or of another setting by server name, as it is written: broken entries too. */
export type Entries = Readonly<Record<string, unknown>>;

/** One entry, and its place among the others, for putting it back. */
export interface PlacedEntry {
  readonly name: string;
  readonly entry: unknown;
  readonly at: number;
}

/** @returns undefined if there is no entry of this name */
export function placedEntry(entries: Entries, name: string): PlacedEntry | undefined {
  const at = Object.keys(entries).indexOf(name);
  return at === -1 ? undefined : { name, entry: entries[name], at };
}

export function withoutEntry(entries: Entries, name: string): Entries {
  return Object.fromEntries(Object.entries(entries).filter(([one]) => one !== name));
}

/** Puts an entry back in its place, as far as that still exists. One that has the name now is replaced. */
export function withEntryAt(entries: Entries, { name, entry, at }: PlacedEntry): Entries {
  const others = Object.entries(entries).filter(([one]) => one !== name);
  return Object.fromEntries(others.toSpliced(at, 0, [name, entry]));
}

/** The same entries in the same order, one of them under another name. */
export function withRenamedEntry(entries: Entries, from: string, to: string): Entries {
  return Object.fromEntries(
    Object.entries(entries).map(([name, entry]) => [name === from ? to : name, entry]),
  );
}
