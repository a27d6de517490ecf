import type { RequestId } from '@modelcontextprotocol/sdk/types.js';

/** A result, the result of a tool that failed (`isError`), or a JSON-RPC error. */
export type ResponseEnding = 'result' | 'toolError' | 'error';

/** What may come next in a JSON document, between its tokens (RFC 8259 §2). */
type Expected = 'value' | 'valueOrEnd' | 'key' | 'keyOrEnd' | 'colon' | 'separator' | 'nothing';

const quote = 0x22;
const backslash = 0x5c;
const scalar = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/;
const inScalar = 1;
const whiteSpace = 2;
/** What a byte is outside strings; 0 for a mark of the grammar, or what has no place there. */
const kinds = Uint8Array.from({ length: 256 }, (_, byte) => {
  const mark = String.fromCharCode(byte);
  return /[-+.\w]/.test(mark) ? inScalar : /[ \t\r\n]/.test(mark) ? whiteSpace : 0;
});
/** Longest number or id that is read, and deepest nesting, of what no server has a reason to send. */
const longestToken = 64 * 1024;
const deepest = 10_000;

/**
 * Reads a JSON document while it passes by, without keeping it, and knows at its end whether it was whole and
 * the response to a request; a batch may hold it (MCP 2025-03-26).
 */
export class ResponseScan {
  readonly #open: ('{' | '[')[] = [];
  readonly #decoder = new TextDecoder();
  #expected: Expected = 'value';
  /** What has been read of a string or a scalar. */
  #token = '';
  #isString = false;
  /** In a string: the rest of an escape. */
  #escape: Escape = 0;
  #isBroken = false;
  #hasResponse = false;
  /** Of the message that is being read. */
  #key = '';
  #id: unknown;
  #hasOutcome = false;
  #isFailure = false;
  #isToolError = false;
  /** Of the result that is being read. */
  #resultKey = '';
  #ending: ResponseEnding = 'result';

  constructor(private readonly id: RequestId) {}

  /** Whether no continuation could make it a document. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** To be asked at the end. */
  get isResponse(): boolean {
    return !this.#isBroken && this.#expected === 'nothing' && this.#token === '' && this.#hasResponse;
  }

  /** What kind of response it is; to be asked at the end. */
  get ending(): ResponseEnding {
    return this.#ending;
  }

  feed(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length && !this.#isBroken) {
      at = this.#isString ? this.#inString(bytes, at) : this.#between(bytes, at);
    }
  }

  /**
   * Reads inside a string.
   *
   * @returns the position after the part that was read
   */
  #inString(bytes: Uint8Array, from: number): number {
    let at = from;
    if (this.#escape === 0) {
      let byte = bytes[at] ?? 0;
      while (at < bytes.length && byte !== quote && byte !== backslash && byte >= 0x20)
        byte = bytes[++at] ?? 0;
    }
    this.#keep(bytes.subarray(from, at + 1));
    const byte = bytes[at];
    if (byte === undefined) return at;
    if (this.#escape !== 0) this.#escape = afterEscaped(this.#escape, byte) ?? this.#break();
    else if (byte === backslash) this.#escape = 'kind';
    else if (byte === quote) this.#endString();
    else this.#break();
    return at + 1;
  }

  /** Only what may name the fields of a message or its result, or be the message's id, is of interest. */
  #keep(bytes: Uint8Array): void {
    const isOfInterest = this.#open.length === this.#messageDepth || this.#isInResult;
    if (isOfInterest && this.#token.length <= longestToken)
      this.#token += this.#decoder.decode(bytes, { stream: true });
  }

  #endString(): void {
    this.#isString = false;
    this.#decoder.decode();
    const text = this.#token;
    this.#token = '';
    if (this.#expected !== 'key' && this.#expected !== 'keyOrEnd') {
      this.#value(text);
      return;
    }
    this.#expected = 'colon';
    const key = () => (text.length > longestToken ? '' : (JSON.parse(text) as string));
    if (this.#isInResult) this.#resultKey = key();
    if (this.#open.length !== this.#messageDepth) return;
    this.#key = key();
    if (this.#key === 'result' || this.#key === 'error') this.#hasOutcome = true;
    if (this.#key === 'error') this.#isFailure = true;
  }

  /**
   * Reads outside strings, over one kind of byte.
   *
   * @returns the position after the part that was read
   */
  #between(bytes: Uint8Array, from: number): number {
    const kind = kinds[bytes[from] ?? 0];
    let at = from + 1;
    if (kind === inScalar) {
      this.#token += String.fromCharCode(bytes[from] ?? 0);
      for (; kinds[bytes[at] ?? 0] === inScalar && this.#token.length <= longestToken; at++)
        this.#token += String.fromCharCode(bytes[at] ?? 0);
      if (this.#token.length > longestToken) this.#break();
      return at;
    }
    if (this.#token !== '') {
      const text = this.#token;
      this.#token = '';
      if (scalar.test(text)) this.#value(text);
      else this.#break();
    }
    if (kind !== whiteSpace) this.#mark(String.fromCharCode(bytes[from] ?? 0));
    return at;
  }

  #mark(mark: string): void {
    const expected = this.#expected;
    const isValue = expected === 'value' || expected === 'valueOrEnd';
    const within = this.#open.at(-1);
    if (mark === '"' && (isValue || expected === 'key' || expected === 'keyOrEnd')) {
      this.#isString = true;
      this.#token = '"';
    } else if ((mark === '{' || mark === '[') && isValue) this.#begin(mark);
    else if (mark === '}' && within === '{' && (expected === 'keyOrEnd' || expected === 'separator'))
      this.#end();
    else if (mark === ']' && within === '[' && (expected === 'valueOrEnd' || expected === 'separator'))
      this.#end();
    else if (mark === ':' && expected === 'colon') this.#expected = 'value';
    else if (mark === ',' && expected === 'separator') this.#expected = within === '{' ? 'key' : 'value';
    else this.#break();
  }

  #begin(mark: '{' | '['): void {
    this.#value(undefined);
    this.#open.push(mark);
    if (this.#open.length > deepest) this.#break();
    this.#expected = mark === '{' ? 'keyOrEnd' : 'valueOrEnd';
    if (this.#open.length !== this.#messageDepth) return;
    this.#key = '';
    this.#id = undefined;
    this.#hasOutcome = false;
    this.#isFailure = false;
    this.#isToolError = false;
  }

  #end(): void {
    const isMessage = this.#open.length === this.#messageDepth && this.#open.at(-1) === '{';
    if (isMessage && this.#hasOutcome && this.#id === this.id) {
      this.#hasResponse = true;
      this.#ending = this.#isFailure ? 'error' : this.#isToolError ? 'toolError' : 'result';
    }
    this.#open.pop();
    this.#expected = this.#open.length === 0 ? 'nothing' : 'separator';
  }

  /** @param text undefined for an object or an array */
  #value(text: string | undefined): void {
    if (this.#expected !== 'value' && this.#expected !== 'valueOrEnd') {
      this.#break();
      return;
    }
    this.#expected = this.#open.length === 0 ? 'nothing' : 'separator';
    if (this.#isInResult && this.#resultKey === 'isError') this.#isToolError = text === 'true';
    if (this.#open.length !== this.#messageDepth || this.#key !== 'id') return;
    this.#id = text === undefined || text.length > longestToken ? undefined : JSON.parse(text);
  }

  /** Whether the fields of a message's result are what comes next, not those of something in it. */
  get #isInResult(): boolean {
    return this.#key === 'result' && this.#open.length === this.#messageDepth + 1;
  }

  /** In a batch the messages are one level deeper. */
  get #messageDepth(): number {
    return this.#open[0] === '[' ? 2 : 1;
  }

  #break(): 0 {
    this.#isBroken = true;
    return 0;
  }
}

type Escape = 0 | 'kind' | 1 | 2 | 3 | 4;

/** @returns the rest of an escape after one more byte of it; undefined if it is not an escape */
function afterEscaped(escape: Exclude<Escape, 0>, byte: number): Escape | undefined {
  const mark = String.fromCharCode(byte);
  if (escape === 'kind') return mark === 'u' ? 4 : /["\\/bfnrt]/.test(mark) ? 0 : undefined;
  return /[\da-fA-F]/.test(mark) ? ((escape - 1) as Escape) : undefined;
}
