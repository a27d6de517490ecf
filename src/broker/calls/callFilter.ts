import { callConsents, callOutcomes, refusalReasons, type RecordedCall } from './callRecord.js';

/** What a term may be about, by the word before its colon. */
const fields = named<(call: RecordedCall) => readonly (string | undefined)[]>({
  server: ({ server, serverUrl }) => [server, serverUrl],
  tool: ({ tool }) => [tool],
  outcome: ({ outcome, reason }) => [outcome, reason],
  account: ({ account }) => [account],
  caller: ({ caller, chat }) => [caller.kind, caller.name, chat === undefined ? undefined : 'chat'],
  consent: ({ consent }) => [consent],
  scope: ({ scopes, asked }) => [...scopes, ...(asked ?? [])],
});

/** All that the fields can hold which hold nothing else. */
const closedFields = named<readonly string[]>({
  outcome: [...callOutcomes, ...refusalReasons],
  consent: callConsents,
});

/** A term that asks for what there is not. */
export interface UnknownTerm {
  /** What there is not: the field, or such a value of it. */
  readonly what: 'field' | 'value';
  /** As it was typed, in lower case. */
  readonly term: string;
  /** What can be typed in place of it. */
  readonly known: readonly string[];
}

interface Term {
  readonly isWanted: boolean;
  /** The word before a colon; empty if there is none. */
  readonly name: string;
  /** In lower case, as are those it is looked for in. */
  readonly looked: string;
}

/**
 * Parses the user's filter for calls: words that must all occur in a call, and terms such as `server:repositories` or
 * `outcome:refused` that must match that field. A `-` before either one negates it. Quotes keep words together. Case
 * is ignored.
 */
export function callFilter(text: string): (call: RecordedCall) => boolean {
  const terms = termsOf(text);
  return (call) =>
    terms.every(
      ({ isWanted, name, looked }) =>
        (fields.get(name) ?? everywhere)(call).some(
          (value) => value?.toLowerCase().includes(looked) === true,
        ) === isWanted,
    );
}

/**
 * The first term that asks for what there is not, which is likely why a filter finds nothing: a field that is none, or a
 * value that its field never holds.
 */
export function unknownTerm(text: string): UnknownTerm | undefined {
  for (const { isWanted, name, looked } of termsOf(text)) {
    if (!isWanted || name === '') continue;
    if (!fields.has(name))
      return { what: 'field', term: `${name}:`, known: [...fields.keys()].map((known) => `${known}:`) };
    const values = closedFields.get(name);
    if (values?.some((value) => value.toLowerCase().includes(looked)) === false)
      return { what: 'value', term: `${name}:${looked}`, known: values };
  }
  return undefined;
}

function termsOf(text: string): readonly Term[] {
  return [...text.matchAll(/(-?)(?:([a-z]+):)?(?:"([^"]*)"?|(\S+)|(?<=:))/gi)].map(
    ([whole, not = '', before = '', quoted, plain]) => {
      const name = before.toLowerCase();
      // If the text before the colon is no field, all of it is searched as text.
      const looked = fields.has(name) ? (quoted ?? plain ?? '') : whole.slice(not.length).replaceAll('"', '');
      return { isWanted: not === '', name, looked: looked.toLowerCase() };
    },
  );
}

function everywhere(call: RecordedCall): readonly (string | undefined)[] {
  return [...[...fields.values()].flatMap((values) => values(call)), call.arguments];
}

/** A user types the names, `constructor` as any other. */
function named<T>(of: Readonly<Record<string, T>>): ReadonlyMap<string, T> {
  return new Map(Object.entries(of));
}
