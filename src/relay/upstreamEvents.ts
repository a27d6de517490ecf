import { createParser, type ParserCallbacks } from 'eventsource-parser';
import type { StreamEvent } from './eventStream.js';
import { chunksOf, longestMessage, OversizedAnswerError, UnboundedAnswerError } from './upstreamBody.js';

/** Lines of a stream that are passed over because they are no part of an event; each costs more than it weighs. */
const mostFaults = 1_000;

/** Whether an answer is a server-sent event stream. */
export function isEventStream(response: Response): boolean {
  return /^text\/event-stream\b/i.test(response.headers.get('content-type') ?? '');
}

/**
 * The events of an upstream's stream, as they arrive; reading on is what asks the upstream for more.
 *
 * @param place told where the stream can be resumed: after which event, and after how many milliseconds
 * @throws OversizedAnswerError at an event that is longer than what is held of one; UnboundedAnswerError where
 * there is more in the stream that is no event than a server's mistakes explain
 */
export async function* upstreamEvents(
  response: Response,
  place?: Pick<ParserCallbacks, 'onId' | 'onRetry'>,
): AsyncGenerator<StreamEvent> {
  const events: StreamEvent[] = [];
  let faults = 0;
  let failure: UnboundedAnswerError | undefined;
  const parser = createParser({
    onEvent: (event) => void events.push(event),
    onError: ({ type }) => {
      if (type === 'max-buffer-size-exceeded') failure ??= new OversizedAnswerError(longestMessage);
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

class GarbledStreamError extends UnboundedAnswerError {
  override readonly name = 'GarbledStreamError';

  constructor() {
    super(`The answer has more than ${mostFaults} lines that are no part of an event.`);
  }
}
