import type { Clock } from '../../base/clock.js';
import type { StreamEvent } from '../callers/callerHttp.js';
import type { InFlightRequest } from '../callers/inFlightRequest.js';
import { UnboundedResponseError, upstreamEvents } from '../upstream/upstreamBody.js';
import { delay, timeLimit } from '../../base/abort.js';
import type { UpstreamSender } from '../upstream/upstreamSender.js';

/** How often in a row a stream that brings nothing of the request is resumed. */
const fruitlessLimit = 5;
/** How often one request's stream is resumed in all. */
const resumptionLimit = 1_000;
/** Shortest and longest pause before a stream is resumed, whatever the upstream asks for, in milliseconds. */
const shortestPause = 1_000;
const longestPause = 30_000;
/** Longest silence on a stream that was resumed, in milliseconds: it may be one that replays nothing. */
const longestSilence = 5 * 60_000;

/**
 * Hands on an event stream until it has brought the response. One that ends before and has event ids is resumed
 * here (Streamable HTTP, resumability): a caller that does not do so itself would wait forever.
 */
export class ResponseStreams {
  constructor(
    private readonly sender: UpstreamSender,
    private readonly clock: Clock,
  ) {}

  /**
   * @param beforeResponse given the response as it came and as it reads, and gives it back as it is handed on
   * @returns whether the response came
   * @throws UnboundedResponseError; the connection's own error, if it cannot be resumed
   */
  async relay(
    inFlight: InFlightRequest,
    response: Response,
    beforeResponse: BeforeResponse,
  ): Promise<boolean> {
    // Without headers a caller gives up in the end, while the upstream is still at work.
    if (inFlight.acceptsEventStream) inFlight.stream();
    const reading: Reading = { fruitless: 0 };
    if (await read(inFlight, response, reading, beforeResponse)) return true;
    for (let resumptions = 0; resumptions < resumptionLimit; resumptions++) {
      if (reading.lastEventId === undefined || reading.fruitless >= fruitlessLimit) break;
      const asked = reading.pause ?? 1_000 * reading.fruitless;
      await delay(
        this.clock,
        Math.min(Math.max(asked, shortestPause), longestPause),
        inFlight.upstreamSignal,
      );
      reading.fruitless += 1;
      const silence = timeLimit(this.clock, longestSilence);
      reading.onMessage = () => silence.dispose();
      try {
        const signal = AbortSignal.any([inFlight.upstreamSignal, silence.signal]);
        // The rest of a response is in the session that its request was sent in, whatever the caller's is now.
        const { session, sentIn } = inFlight;
        const { lastEventId } = reading;
        const resumed = await this.sender.openStream(session, { sentIn, lastEventId, signal });
        if (resumed === undefined) return false;
        if (await read(inFlight, resumed, reading, beforeResponse)) return true;
      } catch (error) {
        if (!silence.signal.aborted || inFlight.upstreamSignal.aborted) throw error;
      } finally {
        silence.dispose();
      }
      if (silence.signal.aborted) return false;
    }
    return false;
  }
}

type BeforeResponse = (data: string, message: unknown) => Promise<string>;

/** How far a response has been read, over all its streams. */
interface Reading {
  lastEventId?: string | undefined;
  /** The pause the upstream asked for, in milliseconds. */
  pause?: number;
  /** Streams in a row that brought neither the response nor progress. */
  fruitless: number;
  onMessage?: () => void;
}

/** @returns whether the response came before the stream ended or, if it can be resumed, broke off */
async function read(
  inFlight: InFlightRequest,
  stream: Response,
  reading: Reading,
  beforeResponse: BeforeResponse,
): Promise<boolean> {
  try {
    const place = {
      onId: (id: string) => void (reading.lastEventId = id === '' ? undefined : id),
      onRetry: (pause: number) => void (reading.pause = pause),
    };
    for await (const event of upstreamEvents(stream, place)) {
      const message = messageIn(event);
      // Such as the event that only gives the stream its first id.
      if (message === undefined) continue;
      reading.onMessage?.();
      const isResponse = message.method === undefined && message.id === inFlight.request.id;
      if (event.id !== undefined) inFlight.session.events.add(event.id);
      if (isResponse) {
        await handOn(inFlight, { ...event, data: await beforeResponse(event.data, message) }, true);
        return true;
      }
      if (message.method === 'notifications/progress') {
        reading.fruitless = 0;
        noteProgress(inFlight, message);
      }
      await handOn(inFlight, event, false);
    }
  } catch (error) {
    const isResumable = reading.lastEventId !== undefined && !(error instanceof UnboundedResponseError);
    if (inFlight.upstreamSignal.aborted || !isResumable) throw error;
  }
  return false;
}

interface Message {
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: { readonly progress?: unknown };
}

function messageIn({ data }: StreamEvent): Message | undefined {
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function noteProgress(inFlight: InFlightRequest, { params }: Message): void {
  inFlight.awaitUpstream();
  if (typeof params?.progress === 'number') inFlight.noteUpstreamProgress(params.progress);
}

/** A caller that takes no event stream gets its response as JSON, and nothing else. */
async function handOn(inFlight: InFlightRequest, event: StreamEvent, isResponse: boolean): Promise<void> {
  if (inFlight.acceptsEventStream) {
    await inFlight.stream().send(event);
    if (isResponse) inFlight.stream().end();
  } else if (isResponse) inFlight.respondAsIs(event.data);
}
