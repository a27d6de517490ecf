import { createParser, type ErrorType, type ParserCallbacks } from 'eventsource-parser';
import type { StreamEvent } from './eventStream.js';
import { chunksOf, longestMessage, OversizedAnswerError } from './upstreamBody.js';

/** Whether an answer is a server-sent event stream. */
export function isEventStream(response: Response): boolean {
  return /^text\/event-stream\b/i.test(response.headers.get('content-type') ?? '');
}

/**
 * The events of an upstream's stream, as they arrive; reading on is what asks the upstream for more.
 *
 * @param place told where the stream can be resumed: after which event, and after how many milliseconds
 * @throws OversizedAnswerError at an event that is longer than what is held of one
 */
export async function* upstreamEvents(
  response: Response,
  place?: Pick<ParserCallbacks, 'onId' | 'onRetry'>,
): AsyncGenerator<StreamEvent> {
  const events: StreamEvent[] = [];
  const faults: ErrorType[] = [];
  const parser = createParser({
    onEvent: (event) => void events.push(event),
    onError: ({ type }) => void faults.push(type),
    ...place,
    maxBufferSize: longestMessage,
  });
  const decoder = new TextDecoder();
  for await (const chunk of chunksOf(response)) {
    parser.feed(decoder.decode(chunk, { stream: true }));
    yield* events.splice(0);
    if (faults.includes('max-buffer-size-exceeded')) throw new OversizedAnswerError(longestMessage);
  }
}
