import { parse, printParseErrorCode, visit, type ParseError } from 'jsonc-parser';

/** Where a text is no JSON with comments, and what is wrong there. Nothing of the text is in it. */
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
  UnexpectedEndOfComment: 'this comment does not end',
  UnexpectedEndOfString: 'this text does not end; texts are in double quotes, and on one line',
  UnexpectedEndOfNumber: 'this number does not end',
  InvalidNumberFormat: 'this is no number',
  InvalidUnicode: 'this escape (\\u) is not complete',
  InvalidEscapeCharacter: 'there is no such escape; a backslash is written \\\\',
  InvalidCharacter: 'this character cannot be here; in a text it is escaped',
};
const otherwise = 'this is neither a text in double quotes nor a number, true, false, null, “{” or “[”';

/**
 * Parses JSON as the editor's settings are written: comments may be in it, and a comma after the last entry. A key that
 * is there twice in one object is a fault, since one of the two would not count and nobody would know which.
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
    refuseSaidTwice(json);
    return value;
  } catch (error) {
    // It descends by recursion, which nesting without end exhausts.
    if (error instanceof RangeError) throw new JsonFault(1, 1, 'it nests too deeply');
    throw error;
  }
}

function refuseSaidTwice(json: string): void {
  const open: Set<string>[] = [];
  visit(
    json,
    {
      onObjectBegin: () => void open.push(new Set()),
      onObjectEnd: () => void open.pop(),
      onObjectProperty: (name, offset) => {
        const names = open.at(-1);
        // To the parser, this one sets what the object inherits.
        if (name === '__proto__') throw faultAt(json, offset, 'nothing can have this name');
        if (names?.has(name) === true) throw faultAt(json, offset, 'this name is in the same object twice');
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
