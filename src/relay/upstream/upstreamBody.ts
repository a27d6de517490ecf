import { discardBody } from '../../oauth/boundedFetch.js';
import { createParser, type ParserCallbacks } from 'eventsource-parser';
import type { StreamEvent } from '../callers/callerHttp.js';

/**
 * The longest message that is kept in memory, in bytes. `fetch` decompresses responses, so a short transfer
 * can become a long message.
 */
export const longestMessage = 16 * 1024 * 1024;

/** An upstream's response exceeds what can be relayed. */
export class UnboundedResponseError extends Error {
  override readonly name: string = 'UnboundedResponseError';
}

/** An upstream's message exceeds the limit. */
export class OversizedResponseError extends UnboundedResponseError {
  override readonly name = 'OversizedResponseError';

  constructor(limit: number) {
    super(`A message in the response is larger than the limit of ${Math.floor(limit / 1024)} KiB.`);
  }
}

/** The body of a response whose beginning has been read. */
export interface BodyBeginning {
  /** The whole body; undefined if it is longer than the limit. */
  readonly whole?: string;
  /** The body from its first byte, which can be read once. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** @param limit the most bytes to read; the last chunk may exceed it */
export async function beginningOf(response: Response, limit: number): Promise<BodyBeginning> {
  const body = chunksOf(response)[Symbol.asyncIterator]();
  const read: Uint8Array[] = [];
  let size = 0;
  for (let part = await body.next(); part.done !== true; part = await body.next()) {
    read.push(part.value);
    size += part.value.byteLength;
    if (size > limit) return { chunks: joined(read, body) };
  }
  return { whole: Buffer.concat(read).toString('utf8'), chunks: joined(read, body) };
}

/**
 * Returns the whole body as text.
 *
 * @param limit the limit in bytes
 * @throws OversizedResponseError if the body exceeds the limit
 */
export async function boundedText(response: Response, limit = longestMessage): Promise<string> {
  const { whole, chunks } = await beginningOf(response, limit);
  if (whole !== undefined) return whole;
  await chunks[Symbol.asyncIterator]().return?.();
  await discardBody(response);
  throw new OversizedResponseError(limit);
}

/**
 * Reads all chunks as text.
 *
 * @param limit the limit in bytes
 * @throws OversizedResponseError if the chunks exceed the limit
 */
export async function wholeOf(chunks: AsyncIterable<Uint8Array>, limit: number): Promise<string> {
  const read: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.byteLength;
    if (size > limit) throw new OversizedResponseError(limit);
    read.push(chunk);
  }
  return Buffer.concat(read).toString('utf8');
}

/** Returns a text as a body. */
export async function* only(text: string): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from(text));
}

function chunksOf(response: Response): AsyncIterable<Uint8Array> {
  return (response.body ?? nothing()) as AsyncIterable<Uint8Array>;
}

async function* joined(
  read: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* read;
    for (let part = await rest.next(); part.done !== true; part = await rest.next()) yield part.value;
  } finally {
    await rest.return?.();
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  // The response has no body.
}

/** The most lines of a stream that are ignored because they are not part of an event. */
const mostFaults = 1_000;

/** Checks whether a response is a server-sent event stream. */
export function isEventStream(response: Response): boolean {
  return /^text\/event-stream\b/i.test(response.headers.get('content-type') ?? '');
}

/**
 * Returns the events of an upstream's stream as they arrive. Reading them controls the flow: more is read
 * from the upstream only when the next event is requested.
 *
 * @param place is notified of the position from which the stream can be resumed: the event ID, and the pause
 *   in milliseconds
 * @throws OversizedResponseError if an event is longer than the limit
 * @throws UnboundedResponseError if the stream has too many lines that are not part of an event
 */
export async function* upstreamEvents(
  response: Response,
  place?: ParserCallbacks,
): AsyncGenerator<StreamEvent> {
  const events: StreamEvent[] = [];
  let faults = 0;
  let failure: UnboundedResponseError | undefined;
  const parser = createParser({
    onEvent: (event) => void events.push(event),
    onError: ({ type }) => {
      if (type === 'max-buffer-size-exceeded') failure ??= new OversizedResponseError(longestMessage);
      else if (++faults > mostFaults) throw new GarbledStreamError();
    },
    ...place,
    maxBufferSize: longestMessage,
  });
  const decoder = new TextDecoder();
  for await (const chunk of chunksOf(response)) {
    try {
      parser.feed(decoder.decode(chunk, { stream: true }));
    } catch (error) {
      if (!(error instanceof GarbledStreamError)) throw error;
      failure = error;
    }
    yield* events.splice(0);
    if (failure !== undefined) throw failure;
  }
}

class GarbledStreamError extends UnboundedResponseError {
  override readonly name = 'GarbledStreamError';

  constructor() {
    super(`The response has more than ${mostFaults} lines that are not part of an event.`);
  }
}

/** @returns undefined if the text is not JSON, and for null, which has no members either */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) ?? undefined;
  } catch {
    return undefined;
  }
}
