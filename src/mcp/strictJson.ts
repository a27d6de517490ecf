import { visit } from 'jsonc-parser';

/** A message that is not JSON, or that two parsers could read as two different messages. */
export class AmbiguousJsonError extends Error {
  override readonly name = 'AmbiguousJsonError';
}

/**
 * Parses JSON and refuses duplicate keys: of `{"name":"a","name":"b"}` one parser sees `a` and the next one
 * `b`, and what is judged here must be what is run there (RFC 8259 §4). In a message and its `params` keys that
 * differ in case only are duplicates too, because some parsers do not tell them apart.
 *
 * @throws AmbiguousJsonError
 */
export function parseStrictJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new AmbiguousJsonError('The request body is not JSON.');
  }
  const open: { readonly keys: Set<string>; readonly foldsCase: boolean }[] = [];
  let duplicate: string | undefined;
  try {
    visit(text, {
      onObjectBegin: (_offset, _length, _line, _character, path) => {
        const foldsCase = open.length === 0 || (open.length === 1 && path()[0] === 'params');
        open.push({ keys: new Set(), foldsCase });
      },
      onObjectEnd: () => void open.pop(),
      onObjectProperty: (property) => {
        const { keys, foldsCase } = open.at(-1) ?? { keys: new Set(), foldsCase: false };
        const key = foldsCase ? property.toLowerCase() : property;
        if (keys.has(key)) duplicate ??= property;
        keys.add(key);
      },
    });
  } catch (error) {
    // It descends by recursion, which nesting without end exhausts.
    if (!(error instanceof RangeError)) throw error;
    throw new AmbiguousJsonError('The request body is nested too deeply.');
  }
  if (duplicate !== undefined) {
    throw new AmbiguousJsonError(
      `The request body has the key “${duplicate.slice(0, 40)}” twice in one object.`,
    );
  }
  return value;
}
