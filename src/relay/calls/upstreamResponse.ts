import { accountName, type Credential } from '../../broker/accounts/credential.js';
import { AnswerScan } from '../../mcp/answerScan.js';
import { identityLine } from '../../mcp/consentTexts.js';
import { asksForInput } from '../../mcp/inputRequired.js';
import { displayText } from '../../base/displayText.js';
import { admittedAnswer, seesSomeTools, type BlockedTools } from './toolLists.js';
import type { ResponseStreams } from './responseStream.js';
import type { CallerTasks } from './callerTasks.js';
import { drained } from '../callers/eventStream.js';
import type { InFlightRequest } from '../callers/inFlightRequest.js';
import { endingOf } from '../callers/callRecorder.js';
import {
  parseJson,
  beginningOf,
  longestMessage,
  OversizedAnswerError,
  only,
  UnboundedAnswerError,
  wholeOf,
  isEventStream,
} from '../upstream/upstreamBody.js';
import { isListMethod, longestList, type ServerProfiles } from '../upstream/serverProfiles.js';
import { errorIn, refuseInput, refuseUnanswered, relayFailure } from './upstreamFailure.js';
import type { ToolTitles } from './toolTitles.js';
import { discardBody } from '../../oauth/boundedFetch.js';

/** Up to this many bytes a JSON answer is read before it is handed on, to see whether it is one. */
const judgedLength = 64 * 1024;
const somethingElse = 'returned an unexpected response';

/**
 * Hands an upstream's answer to the caller, which always gets one: what is no answer to its request becomes
 * words. The rest streams through, but for what the relay adds to or learns from: the identity line of a tool
 * call, and the lists.
 */
export class UpstreamResponses {
  constructor(
    private readonly profiles: ServerProfiles,
    private readonly streams: ResponseStreams,
    private readonly tasks: CallerTasks,
    private readonly blocked: BlockedTools,
    private readonly titles: ToolTitles,
  ) {}

  async relay(held: InFlightRequest, response: Response, credential: Credential | undefined): Promise<void> {
    if (!response.ok) {
      await relayFailure(held, response, credential);
      return;
    }
    // The caller gets the server's own tools; one of them may be called as the relay's is.
    if (held.request.method === 'tools/list') held.session.offeredSignIn = false;
    if (isEventStream(response)) {
      await refusingUnusable(held, () => this.#relayEvents(held, response, credential));
    } else if (isJson(response)) {
      await refusingUnusable(held, () => this.#relayJson(held, response, credential));
    } else {
      const type = displayText(response.headers.get('content-type'));
      await discardBody(response);
      refuseUnanswered(
        held,
        `returned ${response.status} with ${type ?? 'nothing'}, which is not a valid response`,
      );
    }
  }

  async #relayEvents(
    held: InFlightRequest,
    response: Response,
    credential: Credential | undefined,
  ): Promise<void> {
    const answered = await this.streams.relay(held, response, async (data, message) => {
      if (wantsInput(held, data)) throw new InputWantedError();
      held.call?.end(endingOf(message));
      sayWho(held, credential);
      await this.#learn(held, data);
      return this.#handedOn(held, data);
    });
    if (!answered) refuseUnanswered(held, 'closed the connection before it responded');
  }

  async #relayJson(
    held: InFlightRequest,
    response: Response,
    credential: Credential | undefined,
  ): Promise<void> {
    const { method } = held.request;
    const listsTasks = method === 'tasks/list';
    const limit = isListMethod(method) || listsTasks ? longestList : judgedLength;
    const { whole, chunks } = await beginningOf(response, limit);
    // What is passed on by parts would be passed on with all that is in it.
    if (
      whole === undefined &&
      (listsTasks || (method === 'tools/list' && seesSomeTools(held.session.caller)))
    ) {
      await discardBody(response);
      throw new OversizedAnswerError(longestList);
    }
    if (whole === undefined) {
      await relayLong(held, chunks, credential);
      return;
    }
    if (!isAnswer(whole, held)) {
      const said = errorIn(whole, credential);
      refuseUnanswered(held, said === undefined ? somethingElse : `responded: ${said}`);
      return;
    }
    if (wantsInput(held, whole)) throw new InputWantedError();
    noteEnding(held, whole);
    await this.#learn(held, whole);
    sayWho(held, credential);
    const handedOn = await this.#handedOn(held, whole);
    const body = handedOn === whole ? chunks : only(handedOn);
    if (held.isStreaming) {
      await held.stream().pipe(body);
      held.stream().end();
    } else {
      await pipeThrough(held, response.status, body);
    }
  }

  /** The answer as the caller gets it. */
  async #handedOn(held: InFlightRequest, answer: string): Promise<string> {
    if (held.request.method !== 'tools/list') return this.tasks.handOn(held, answer);
    const { server, caller } = held.session;
    const listed = admittedAnswer(caller, this.blocked.markedAnswer(server, answer));
    return this.titles.titledAnswer(held.session, listed);
  }

  async #learn(held: InFlightRequest, data: string): Promise<void> {
    const { method, params } = held.request;
    if (!isListMethod(method)) return;
    const result = (parseJson(data) as { result?: unknown } | undefined)?.result;
    await this.profiles.rememberList(held.session.server, method, result, params?.['cursor'] !== undefined);
  }
}

async function refusingUnusable(held: InFlightRequest, relay: () => Promise<void>): Promise<void> {
  try {
    await relay();
  } catch (error) {
    if (error instanceof InputWantedError) {
      refuseInput(held);
      return;
    }
    if (!(error instanceof UnboundedAnswerError)) throw error;
    refuseUnanswered(held, `sent more than can be relayed. ${error.message.slice(0, -1)}`);
  }
}

/**
 * An answer that is not held whole is judged while it passes by: at the end of an event stream words can still
 * take its place. A caller that takes JSON only gets what can be held.
 */
async function relayLong(
  held: InFlightRequest,
  chunks: AsyncIterable<Uint8Array>,
  credential: Credential | undefined,
): Promise<void> {
  if (!held.acceptsEventStream) {
    const whole = await wholeOf(chunks, longestMessage);
    if (isAnswer(whole, held)) {
      noteEnding(held, whole);
      held.answerAsIs(whole);
    } else refuseUnanswered(held, somethingElse);
    return;
  }
  sayWho(held, credential);
  try {
    const scan = new AnswerScan(held.request.id);
    await held.stream().pipe(answerIn(chunks, scan));
    held.call?.end({ outcome: scannedOutcomes[scan.ending] });
    held.stream().end();
  } catch (error) {
    if (!(error instanceof NoAnswerError)) throw error;
    refuseUnanswered(held, somethingElse);
  }
}

const scannedOutcomes = { result: 'succeeded', toolError: 'toolError', error: 'failed' } as const;

/** @throws NoAnswerError at the end of what is no answer, or before */
async function* answerIn(chunks: AsyncIterable<Uint8Array>, scan: AnswerScan): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    scan.feed(chunk);
    if (scan.isBroken) break;
    yield chunk;
  }
  if (!scan.isAnswer) throw new NoAnswerError();
}

class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
}

/** Who acted is said just before the result: the last progress message is what stays visible. */
function sayWho(held: InFlightRequest, credential: Credential | undefined): void {
  const { tool } = held;
  const account = credential && accountName(credential);
  if (tool !== undefined && account !== undefined) held.progress(identityLine(tool, account, held.session.t));
}

async function pipeThrough(
  held: InFlightRequest,
  status: number,
  chunks: AsyncIterable<Uint8Array>,
): Promise<void> {
  held.response.writeHead(status, {
    'Content-Type': 'application/json',
    'Cache-Control': 'no-store',
    ...held.session.headers,
  });
  for await (const chunk of chunks) {
    if (held.response.destroyed) return;
    if (!held.response.write(chunk)) await drained(held.response);
  }
  held.response.end();
}

/** A server without sessions asks in its answer; a caller with one would take the question for the answer. */
class InputWantedError extends Error {
  override readonly name = 'InputWantedError';
}

function wantsInput({ session }: InFlightRequest, data: string): boolean {
  return session.isBridged && asksForInput((parseJson(data) as { result?: unknown } | undefined)?.result);
}

/** Some servers leave the type out. */
function isJson(response: Response): boolean {
  const type = response.headers.get('content-type');
  if ([202, 204, 205].includes(response.status)) return false;
  return type === null || /^application\/([\w.+-]+\+)?json\b/i.test(type);
}

/** Whether a document is the response to this request. */
function isAnswer(text: string, held: InFlightRequest): boolean {
  return answerTo(text, held) !== undefined;
}

/** For the record: parsed once more only where it is a tool call. */
function noteEnding(held: InFlightRequest, text: string): void {
  held.call?.end(endingOf(answerTo(text, held)));
}

/** The response to this request; an array may hold it (MCP 2025-03-26, batches). */
function answerTo(text: string, held: InFlightRequest): object | undefined {
  const value = parseJson(text);
  const messages = (Array.isArray(value) ? value : [value]) as ({ id?: unknown } | null | undefined)[];
  const found = messages.find(
    (message) =>
      typeof message === 'object' &&
      message?.id === held.request.id &&
      ('result' in message || 'error' in message),
  );
  return found ?? undefined;
}
