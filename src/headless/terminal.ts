import { createInterface, type Interface } from 'node:readline';
import { Writable } from 'node:stream';
import type { Log } from '../base/log.js';

/** Where the command speaks and is spoken to. */
export interface Streams {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream;
  readonly error: NodeJS.WritableStream;
}

/**
 * The user at the terminal, or the program in their place: results go to standard output, everything else to
 * standard error, and typed text is not shown, since a callback's address holds a code.
 */
export class Terminal implements Log {
  #reader: Interface | undefined;
  readonly #typed: string[] = [];
  #wanting: ((line: string | undefined) => void) | undefined;
  #isAtEnd = false;

  constructor(
    private readonly streams: Streams,
    /** Called when the terminal reports that the user wants to end the command. */
    private readonly onInterrupt: () => void,
    private readonly isVerbose = false,
  ) {}

  /** A line of the result. */
  print(text: string): void {
    this.streams.output.write(`${shown(text)}\n`);
  }

  /** A line for the user. */
  say(text: string): void {
    this.streams.error.write(`${shown(text)}\n`);
  }

  debug(message: string): void {
    if (this.isVerbose) this.say(message);
  }

  info(message: string): void {
    this.debug(message);
  }

  warn(message: string): void {
    this.say(`warning: ${message}`);
  }

  error(message: string): void {
    this.say(`error: ${message}`);
  }

  /**
   * The next line of standard input.
   *
   * @returns undefined at its end, or when `signal` is aborted
   */
  async line(signal: AbortSignal): Promise<string | undefined> {
    this.#reader ??= this.#open();
    const typed = this.#typed.shift();
    if (typed !== undefined || this.#isAtEnd || signal.aborted) return typed;
    return new Promise((resolve) => {
      const end = () => this.#wanting?.(undefined);
      this.#wanting = (line) => {
        this.#wanting = undefined;
        signal.removeEventListener('abort', end);
        resolve(line);
      };
      signal.addEventListener('abort', end, { once: true });
    });
  }

  /** Gives the terminal back as it was. */
  dispose(): void {
    this.#reader?.close();
  }

  #open(): Interface {
    const { input } = this.streams;
    const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
    const reader = createInterface({
      input,
      output: nowhere,
      terminal: input.isTTY === true,
      historySize: 0,
    });
    reader.on('line', (line) => {
      if (this.#wanting === undefined) this.#typed.push(line);
      else this.#wanting(line);
    });
    reader.once('close', () => {
      this.#isAtEnd = true;
      this.#wanting?.(undefined);
    });
    // Without echo the terminal sends no signal for Ctrl-C.
    reader.on('SIGINT', () => this.onInterrupt());
    return reader;
  }
}

/** Some of the output is text of servers, which must not control the terminal. */
function shown(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ');
}
