import type { RecordedCall } from './callRecord.js';

/** What a term may be about, by the word before its colon. */
const fields: Readonly<Record<string, (call: RecordedCall) => readonly (string | undefined)[]>> = {
  server: ({ server, serverUrl }) => [server, serverUrl],
  tool: ({ tool }) => [tool],
  outcome: ({ outcome, reason }) => [outcome, reason],
  account: ({ account }) => [account],
  caller: ({ caller, chat }) => [caller.kind, caller.name, chat === undefined ? undefined : 'chat'],
  consent: ({ consent }) => [consent],
  scope: ({ scopes, asked }) => [...scopes, ...(asked ?? [])],
};

/**
 * Reads what a person types to find calls: words that must all be somewhere in a call, and terms such as
 * `server:repositories` or `outcome:refused` that must be in that field; `-` before one says that it must not.
 * Quotes hold words together. Case does not matter.
 */
export function callFilter(text: string): (call: RecordedCall) => boolean {
  const terms = [...text.matchAll(/(-?)(?:([a-z]+):)?(?:"([^"]*)"?|(\S+)|(?<=:))/gi)].map(
    ([whole, not, name = '', quoted, plain]) => {
      const values = fields[name.toLowerCase()];
      // Of something with a colon that is no field: the words as they are.
      const looked =
        values === undefined ? whole.slice(not?.length).replaceAll('"', '') : (quoted ?? plain ?? '');
      return { isWanted: not === '', values: values ?? everywhere, looked: looked.toLowerCase() };
    },
  );
  return (call) =>
    terms.every(
      ({ isWanted, values, looked }) =>
        values(call).some((value) => value?.toLowerCase().includes(looked) === true) === isWanted,
    );
}

function everywhere(call: RecordedCall): readonly (string | undefined)[] {
  return [...Object.values(fields).flatMap((values) => values(call)), call.arguments];
}
