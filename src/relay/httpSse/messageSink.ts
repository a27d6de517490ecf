import type { StreamEvent } from '../callers/callerHttp.js';

/** Bytes a reader may lag behind before the stream they come from waits for it. */
const lag = 256 * 1024;

/** The body of an event stream response, written as messages arrive. */
export class MessageSink {
  readonly #encoder = new TextEncoder();
  readonly #stream: ReadableStream<Uint8Array>;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #pulled = Promise.withResolvers<void>();

  /**
   * @param signal ends the stream with its reason
   * @param onGone called once, when nothing more can be written
   */
  constructor(
    private readonly signal: AbortSignal,
    private readonly onGone: () => void,
  ) {
    this.#stream = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#wake(),
        cancel: () => this.#gone(),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: lag }),
    );
    signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  response(): Response {
    return new Response(this.#stream, { headers: { 'Content-Type': 'text/event-stream' } });
  }

  /** Resolves when the reader can take more, or is gone. */
  async send({ data }: StreamEvent): Promise<void> {
    const lines = data.split(/\r\n|\r|\n/).map((line) => `data: ${line}\n`);
    this.#controller?.enqueue(this.#encoder.encode(`event: message\n${lines.join('')}\n`));
    while (this.#controller !== undefined && (this.#controller.desiredSize ?? 0) <= 0) {
      await this.#pulled.promise;
    }
  }

  end(): void {
    this.#controller?.close();
    this.#gone();
  }

  fail(error: unknown): void {
    this.#controller?.error(error);
    this.#gone();
  }

  /** For a response that is not used. */
  drop(): void {
    this.#gone();
  }

  readonly #onAbort = () => this.fail(this.signal.reason);

  /** Every sender that waits checks again, and waits for the next time if it has to. */
  #wake(): void {
    this.#pulled.resolve();
    this.#pulled = Promise.withResolvers<void>();
  }

  #gone(): void {
    if (this.#controller === undefined) return;
    this.#controller = undefined;
    this.#wake();
    this.signal.removeEventListener('abort', this.#onAbort);
    this.onGone();
  }
}
