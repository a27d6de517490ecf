import { parse, printParseErrorCode, visit, type ParseError } from 'jsonc-parser';

/** The place and the fault of a text that is not JSON with comments. It contains no part of the text. */
export class JsonFault extends Error {
  override readonly name = 'JsonFault';

  constructor(
    /** From 1, as editors count. */
    readonly line: number,
    /** From 1. */
    readonly column: number,
    message: string,
  ) {
    super(message);
  }
}

type FaultName = ReturnType<typeof printParseErrorCode>;

const faults: Readonly<Partial<Record<FaultName, string>>> = {
  PropertyNameExpected: 'a name in double quotes is missing here',
  ValueExpected: 'a value is missing here',
  ColonExpected: 'a colon is missing before this',
  CommaExpected: 'a comma is missing before this',
  CloseBraceExpected: 'a “}” is missing here',
  CloseBracketExpected: 'a “]” is missing here',
  EndOfFileExpected: 'the value has ended before this',
  UnexpectedEndOfComment: 'this comment is not closed',
  UnexpectedEndOfString: 'this string is not closed; strings must be in double quotes and on one line',
  UnexpectedEndOfNumber: 'this number is incomplete',
  InvalidNumberFormat: 'this is not a number',
  InvalidUnicode: 'this escape (\\u) is incomplete',
  InvalidEscapeCharacter: 'this escape does not exist; a backslash is written \\\\',
  InvalidCharacter: 'this character is not allowed here; in a string, it must be escaped',
};
const otherwise = 'this is not a string in double quotes, a number, true, false, null, “{” or “[”';

/**
 * Parses JSON as the editor's settings are written: comments may be in it, and a comma after the last entry. A key that
 * is there twice in one object is a fault, since one of the two would not count and the user would not know which.
 *
 * @throws JsonFault
 */
export function parseJsonWithComments(text: string): unknown {
  const errors: ParseError[] = [];
  try {
    // Some editors begin a file with a byte order mark.
    const json = text.replace(/^\uFEFF/, ' ');
    const value: unknown = parse(json, errors, { allowTrailingComma: true });
    const [first] = errors;
    if (first !== undefined)
      throw faultAt(json, first.offset, faults[printParseErrorCode(first.error)] ?? otherwise);
    refuseRepeatedNames(json);
    return value;
  } catch (error) {
    // It descends by recursion, which nesting without end exhausts.
    if (error instanceof RangeError) throw new JsonFault(1, 1, 'it is nested too deeply');
    throw error;
  }
}

/**
 * The value of a text that is only looked at, as the editor reads its own files: of a key that is there twice, the last
 * one counts. Undefined if the text is not JSON with comments.
 */
export function jsonAsTheEditorReads(text: string): unknown {
  const errors: ParseError[] = [];
  try {
    const value: unknown = parse(text.replace(/^\uFEFF/, ' '), errors, { allowTrailingComma: true });
    return errors.length === 0 ? value : undefined;
  } catch (error) {
    // Nesting without end exhausts the recursion.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function refuseRepeatedNames(json: string): void {
  const open: Set<string>[] = [];
  visit(
    json,
    {
      onObjectBegin: () => void open.push(new Set()),
      onObjectEnd: () => void open.pop(),
      onObjectProperty: (name, offset) => {
        const names = open.at(-1);
        // To the parser, this one sets what the object inherits.
        if (name === '__proto__') throw faultAt(json, offset, 'this name is not allowed');
        if (names?.has(name) === true)
          throw faultAt(json, offset, 'this name appears twice in the same object');
        names?.add(name);
      },
    },
    { allowTrailingComma: true },
  );
}

function faultAt(text: string, offset: number, message: string): JsonFault {
  const before = text.slice(0, offset).split(/\r\n|\r|\n/);
  return new JsonFault(before.length, (before.at(-1)?.length ?? 0) + 1, message);
}
