import type { IncomingMessage, ServerResponse } from 'node:http';
import { ErrorCode, type JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import type { Clock, Disposable } from '../../base/clock.js';
import { errorMessage } from '../../mcp/relayMessages.js';
import { AmbiguousJsonError } from '../../mcp/clientMessage.js';

/**
 * The interval between comments in a stream, in milliseconds: VS Code disconnects a stream that is idle for
 * 300 s, and the call then never ends.
 */
const commentInterval = 15_000;

/** An event of a server-sent event stream. */
export interface StreamEvent {
  readonly data: string;
  readonly event?: string | undefined;
  readonly id?: string | undefined;
}

/** Sends server-sent events to a caller, with regular comments so that the stream is never idle. */
export class EventStream {
  #comment: Disposable | undefined;
  #tail: Promise<void> = Promise.resolve();

  /** @param place the ID of all events of the stream, which replaces the events' own IDs */
  constructor(
    private readonly response: ServerResponse,
    private readonly clock: Clock,
    headers: Readonly<Record<string, string>>,
    private readonly place?: string,
  ) {
    response.writeHead(200, {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-store',
      'X-Accel-Buffering': 'no',
      ...headers,
    });
    response.flushHeaders();
    response.once('close', () => this.#comment?.dispose());
    if (place !== undefined) void this.#write(`id: ${place}\ndata: \n\n`);
    this.#scheduleComment();
  }

  /** Sends an event, and resolves when the caller can receive more. */
  send(event: StreamEvent): Promise<void> {
    let text = `event: ${event.event ?? 'message'}\n`;
    if (event.id !== undefined && this.place === undefined) text += `id: ${event.id}\n`;
    for (const line of event.data.split(/\r\n|\r|\n/)) text += `data: ${line}\n`;
    return this.#write(`${text}\n`);
  }

  message(message: JSONRPCMessage): Promise<void> {
    return this.send({ data: JSON.stringify(message) });
  }

  /**
   * Sends one JSON document as one event without keeping all of it in memory. Nothing else may be sent in the
   * meantime.
   *
   * @throws any error of `chunks`, in which case the part that was sent is not a message
   */
  async pipe(chunks: AsyncIterable<Uint8Array>): Promise<void> {
    this.#comment?.dispose();
    await this.#write('event: message\ndata: ');
    try {
      for await (const chunk of chunks) {
        const text = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
        await this.#write(text.includes(0x0a) || text.includes(0x0d) ? continueData(text) : text);
      }
    } catch (error) {
      // The last `event` field determines an event's type, and callers ignore unknown types.
      await this.#write('\nevent: incomplete\n\n');
      throw error;
    }
    await this.#write('\n\n');
    this.#scheduleComment();
  }

  end(): void {
    this.#comment?.dispose();
    void this.#tail.then(() => this.response.end());
  }

  #write(chunk: string | Buffer): Promise<void> {
    // Only one writer is active at a time, so that a comment or a progress message is never inserted into
    // another event.
    this.#tail = this.#tail.then(async () => {
      if (this.response.destroyed || this.response.writableEnded) return;
      if (!this.response.write(chunk)) await drained(this.response);
    });
    return this.#tail;
  }

  #scheduleComment(): void {
    this.#comment = this.clock.after(commentInterval, () => {
      if (this.response.destroyed || this.response.writableEnded) return;
      void this.#write(':\n\n');
      this.#scheduleComment();
    });
  }
}

/** Starts a new `data` line at each line break: in JSON it is white space, but in an event it ends a line. */
function continueData(chunk: Buffer): Buffer {
  return Buffer.from(chunk.toString('latin1').replaceAll('\r', '').replaceAll('\n', '\ndata: '), 'latin1');
}

/** Resolves when a slow caller can receive more, or has disconnected; it leaves no listener behind. */
export function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      response.off('drain', go);
      response.off('close', go);
      resolve();
    };
    response.on('drain', go);
    response.on('close', go);
  });
}

/**
 * The longest body, in bytes. The body is kept until the upstream's status is known, because it may have to
 * be sent again.
 */
const requestBodyLimit = 4 * 1024 * 1024;

/** The body exceeds the limit. */
class BodyTooLargeError extends Error {
  override readonly name = 'BodyTooLargeError';
}

/**
 * Reads a request's whole body.
 *
 * @throws BodyTooLargeError if it exceeds {@link requestBodyLimit}
 */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > requestBodyLimit) {
      throw new BodyTooLargeError(`The request body is larger than ${requestBodyLimit / 1024 / 1024} MB.`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Refuses a request whose body could not be read. */
export function refuseBody(response: ServerResponse, error: unknown): void {
  if (error instanceof BodyTooLargeError) {
    sendJson(response, 413, errorMessage(undefined, ErrorCode.InvalidRequest, error.message), {
      Connection: 'close',
    });
  } else if (error instanceof AmbiguousJsonError) {
    sendJson(response, 400, errorMessage(undefined, ErrorCode.ParseError, error.message));
  } else {
    // The caller disconnected while it was sending.
    response.destroy();
  }
}

/** Responds to a request with one JSON document. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: JSONRPCMessage,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, jsonHeaders(headers));
  response.end(JSON.stringify(body));
}

export function jsonHeaders(more: Readonly<Record<string, string>>): Record<string, string> {
  return { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', ...more };
}
