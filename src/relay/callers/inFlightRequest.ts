import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JSONRPCMessage, JSONRPCRequest, Result } from '@modelcontextprotocol/sdk/types.js';
import type { CallEnding } from '../../broker/calls/callRecord.js';
import type { Clock, Disposable } from '../../base/clock.js';
import { progressTokenOf, toolCalled } from '../../mcp/clientMessage.js';
import {
  errorMessage,
  progressMessage,
  resultMessage,
  serverErrorCode,
  textResult,
} from '../../mcp/relayMessages.js';
import { signInToolName } from '../../mcp/consentTexts.js';
import { completeResult } from '../../mcp/statelessRevision.js';
import type { JudgedRequest } from './callerPolicy.js';
import type { ResumedConsent } from './consentRounds.js';
import { EventStream, jsonHeaders, sendJson } from './callerHttp.js';
import { endingOf, type OpenCall } from './callRecorder.js';
import type { CallerSession, UpstreamSession } from './callerSession.js';
import { displayText } from '../../base/displayText.js';

/** The highest progress from an upstream that is used as a base for the relay's own progress. */
const highestProgress = 1e9;

/**
 * A caller's request from its arrival to its response, of which there is exactly one. The response is sent as
 * JSON if nothing was sent before it, and otherwise at the end of an event stream with progress and a card.
 * Every request gets a response, unless the caller disconnected or cancelled it.
 */
export class InFlightRequest {
  /** The upstream session in which the request was sent. */
  sentIn: UpstreamSession | undefined;
  readonly #abort = new AbortController();
  readonly #ended = new AbortController();
  /** When the request arrived, in milliseconds since the epoch. */
  readonly arrivedAt: number;
  readonly #silence: SilenceLimit;
  /**
   * The signal for requests to the upstream: aborted with {@link signal}, and when the upstream has been
   * silent for too long.
   */
  readonly upstreamSignal: AbortSignal;
  #stream: EventStream | undefined;
  #progress = 0;
  #said: string | undefined;
  /** The consent that was requested in the result of this request, which the caller has now sent again. */
  resumed: ResumedConsent | undefined;

  constructor(
    readonly session: CallerSession,
    readonly request: JSONRPCRequest,
    /** The unchanged body, to be forwarded byte for byte. */
    readonly body: Buffer,
    readonly incoming: IncomingMessage,
    readonly response: ServerResponse,
    private readonly clock: Clock,
    /** The record, if the request is a tool call and calls are recorded. */
    readonly call?: OpenCall,
  ) {
    this.arrivedAt = clock.now();
    this.#silence = new SilenceLimit(clock);
    this.upstreamSignal = AbortSignal.any([this.#abort.signal, this.#silence.signal]);
    response.once('close', () => {
      this.#silence.dispose();
      session.running.delete(request.id);
      // The reason is never sent, because the caller has disconnected.
      if (!response.writableFinished)
        this.#abort.abort(new DOMException('The caller disconnected.', 'AbortError'));
      this.#ended.abort();
    });
    session.running.set(request.id, this.#abort);
  }

  /** Aborted when the caller disconnected or cancelled the request. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Aborted when the request has its response, or the caller disconnected. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  /** The reason for the missing response, if the upstream has been silent for too long. */
  get silence(): string | undefined {
    return this.#silence.signal.aborted ? SilenceLimit.text : undefined;
  }

  /** Restarts the time limit, because the request was sent or the upstream has sent something about it. */
  awaitUpstream(): void {
    this.#silence.restart();
  }

  get tool(): string | undefined {
    return toolCalled(this.request);
  }

  get isStreaming(): boolean {
    return this.#stream !== undefined;
  }

  get acceptsEventStream(): boolean {
    return (this.incoming.headers.accept ?? '').includes('text/event-stream');
  }

  /** Returns the event stream, and starts it if necessary. */
  stream(): EventStream {
    if (this.#stream !== undefined) return this.#stream;
    const place = placeOfResponse(this.session, this.request);
    this.#stream = new EventStream(this.response, this.clock, this.session.headers, place);
    return this.#stream;
  }

  /** Whether the caller accepts progress messages. */
  get wantsProgress(): boolean {
    return progressTokenOf(this.request) !== undefined && this.acceptsEventStream;
  }

  /** Replaces the text that the caller shows while it waits. */
  progress(message: string): void {
    const token = progressTokenOf(this.request);
    if (token === undefined || !this.wantsProgress || this.signal.aborted) return;
    this.#progress += 1;
    this.#said = message;
    void this.stream().message(progressMessage(token, this.#progress, message));
  }

  /** Repeats the last message, so that the caller sees that the request is still active. */
  progressAgain(): void {
    if (this.#said !== undefined) this.progress(this.#said);
  }

  /**
   * Makes the relay's progress continue from the upstream's, because progress must increase (MCP, progress).
   */
  noteUpstreamProgress(progress: number): void {
    // Higher numbers could not be represented in JSON or incremented.
    if (progress <= highestProgress) this.#progress = Math.max(this.#progress, progress);
  }

  /** @param json the response as the upstream sent it, for a caller that does not accept an event stream */
  respondAsIs(json: string): void {
    this.response.writeHead(200, jsonHeaders(this.session.headers));
    this.response.end(json);
  }

  respond(result: Result): void {
    this.call?.end(endingOf({ result }));
    const { method, id } = this.request;
    const whole = this.session.isStateless ? completeResult(method, result) : result;
    this.#finish(resultMessage(id, whole));
  }

  /**
   * Ends a request that cannot be completed: a tool call with a text for the model, other requests with an
   * error.
   *
   * @param ending the ending for the record of the call
   */
  refuse(text: string, ending: CallEnding = { outcome: 'failed' }): void {
    this.call?.end(ending);
    if (this.tool !== undefined) this.respond(textResult(text, true));
    else this.fail(serverErrorCode, text);
  }

  fail(code: number, message: string): void {
    this.call?.end({ outcome: 'failed' });
    this.#finish(errorMessage(this.request.id, code, message));
  }

  #finish(message: JSONRPCMessage): void {
    if (this.response.writableEnded || this.response.destroyed) return;
    if (this.#stream !== undefined) {
      void this.#stream.message(message);
      this.#stream.end();
      return;
    }
    sendJson(this.response, 200, message, this.session.headers);
  }
}

/** The longest time that an upstream may send nothing about a request, in minutes. */
const minutes = 30;

/**
 * Limits the wait for an upstream that keeps the connection open but sends nothing about the request.
 * Comments and unrelated messages would otherwise keep the caller waiting forever.
 */
export class SilenceLimit implements Disposable {
  static readonly text = `sent nothing for ${minutes} minutes`;

  readonly #abort = new AbortController();
  #timer: Disposable | undefined;

  constructor(private readonly clock: Clock) {}

  /** Aborted when the upstream has been silent for too long. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Restarts the time limit, because a request was sent or the upstream reported progress. */
  restart(): void {
    this.dispose();
    this.#timer = this.clock.after(minutes * 60_000, () =>
      this.#abort.abort(new DOMException(`The server ${SilenceLimit.text}.`, 'TimeoutError')),
    );
  }

  dispose(): void {
    this.#timer?.dispose();
  }
}

/** From this revision on, callers accept an event that contains only an ID (MCP 2025-11-25, SEP-1699). */
const firstRevision = '2025-11-25';

/**
 * Returns the ID of a response's stream, for a caller that outlives this window: the caller reconnects with
 * it (`Last-Event-ID`), and would otherwise wait until its own time limit.
 *
 * @returns undefined for other callers, and for those that do not support it
 */
function placeOfResponse(session: CallerSession, request: JSONRPCRequest): string | undefined {
  const revision = session.initialize.params?.['protocolVersion'];
  const understands = typeof revision === 'string' && revision >= firstRevision && !session.isStateless;
  if (!understands) return undefined;
  return session.caller.seal?.sealRequest(session.owner, { id: request.id, tool: toolCalled(request) });
}

/**
 * Returns the response to a request whose stream broke off, whether or not the window that ran it has closed.
 *
 * @param place the ID of the stream
 * @returns undefined if it is not an ID of this caller
 */
export function interruptedResponse(session: CallerSession, place: string): JSONRPCMessage | undefined {
  const owed = session.caller.seal?.openRequest(session.owner, place);
  if (owed === undefined) return undefined;
  if (owed.tool === undefined) return errorMessage(owed.id, serverErrorCode, interruptedText('The request'));
  return resultMessage(owed.id, textResult(interruptedText(owed.tool), true));
}

function interruptedText(what: string): string {
  return `${what} ended without a response: the connection to the window that ran it was lost. It is not known whether the server ran it, so it was not run again.`;
}

/** Returns the name of a request for users and models. */
export function describeRequest(inFlight: InFlightRequest): string {
  const { method, params } = inFlight.request;
  const named = (what: unknown) => displayText(what) ?? 'without a name';
  if (inFlight.tool !== undefined) return named(inFlight.tool);
  if (method === 'resources/read') return `the resource ${named(params?.['uri'])}`;
  if (method === 'prompts/get') return `the prompt ${named(params?.['name'])}`;
  return named(method);
}

/** Returns the request in the form that a caller's policy judges. */
export function judged(inFlight: InFlightRequest): JudgedRequest {
  const { session, request, tool } = inFlight;
  return {
    server: session.server,
    method: request.method,
    tool,
    callsSignIn: tool === signInToolName && session.offeredSignIn,
    what: describeRequest(inFlight),
  };
}
