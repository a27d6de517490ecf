import { accountName, type Credential } from '../../broker/accounts/credential.js';
import { ResponseScan } from '../../mcp/responseScan.js';
import { identityLine } from '../../mcp/consentTexts.js';
import { asksForInput } from '../../mcp/statelessRevision.js';
import { displayText } from '../../base/displayText.js';
import { admittedResponse, seesSomeTools, type BlockedTools } from './toolLists.js';
import type { ResponseStreams } from './responseStream.js';
import type { CallerTasks } from './callerTasks.js';
import { drained } from '../callers/callerHttp.js';
import type { InFlightRequest } from '../callers/inFlightRequest.js';
import { endingOf } from '../callers/callRecorder.js';
import {
  parseJson,
  beginningOf,
  longestMessage,
  OversizedResponseError,
  only,
  UnboundedResponseError,
  wholeOf,
  isEventStream,
} from '../upstream/upstreamBody.js';
import { isListMethod, longestList, type ServerProfiles } from '../upstream/serverProfiles.js';
import { errorIn, refuseInput, refuseWithoutResponse, relayFailure } from './upstreamFailure.js';
import type { ToolTitles } from './toolTitles.js';
import { discardBody } from '../../oauth/boundedFetch.js';

/** A JSON document up to this many bytes is read before it is handed on, to see whether it is a response. */
const judgedLength = 64 * 1024;
const somethingElse = 'returned an unexpected response';

/**
 * Hands an upstream's response to the caller, which always gets one: anything that is not a response to its request
 * becomes a text. The rest streams through, except what the relay adds to or learns from: the identity line of a tool
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

  async relay(
    inFlight: InFlightRequest,
    response: Response,
    credential: Credential | undefined,
  ): Promise<void> {
    if (!response.ok) {
      await relayFailure(inFlight, response, credential);
      return;
    }
    // The caller gets the server's own tools; one of them may be called as the relay's is.
    if (inFlight.request.method === 'tools/list') inFlight.session.offeredSignIn = false;
    if (isEventStream(response)) {
      await refusingUnusable(inFlight, () => this.#relayEvents(inFlight, response, credential));
    } else if (isJson(response)) {
      await refusingUnusable(inFlight, () => this.#relayJson(inFlight, response, credential));
    } else {
      const type = displayText(response.headers.get('content-type'));
      await discardBody(response);
      refuseWithoutResponse(
        inFlight,
        `returned ${response.status} with ${type ?? 'nothing'}, which is not a valid response`,
      );
    }
  }

  async #relayEvents(
    inFlight: InFlightRequest,
    response: Response,
    credential: Credential | undefined,
  ): Promise<void> {
    const isComplete = await this.streams.relay(inFlight, response, async (data, message) => {
      if (wantsInput(inFlight, data)) throw new InputWantedError();
      inFlight.call?.end(endingOf(message));
      sayWho(inFlight, credential);
      await this.#learn(inFlight, data);
      return this.#handedOn(inFlight, data);
    });
    if (!isComplete) refuseWithoutResponse(inFlight, 'closed the connection before it responded');
  }

  async #relayJson(
    inFlight: InFlightRequest,
    response: Response,
    credential: Credential | undefined,
  ): Promise<void> {
    const { method } = inFlight.request;
    const listsTasks = method === 'tasks/list';
    const limit = isListMethod(method) || listsTasks ? longestList : judgedLength;
    const { whole, chunks } = await beginningOf(response, limit);
    // A list that is passed on in parts cannot be filtered.
    if (
      whole === undefined &&
      (listsTasks || (method === 'tools/list' && seesSomeTools(inFlight.session.caller)))
    ) {
      await discardBody(response);
      throw new OversizedResponseError(longestList);
    }
    if (whole === undefined) {
      await relayLong(inFlight, chunks, credential);
      return;
    }
    if (!isResponse(whole, inFlight)) {
      const said = errorIn(whole, credential);
      refuseWithoutResponse(inFlight, said === undefined ? somethingElse : `responded: ${said}`);
      return;
    }
    if (wantsInput(inFlight, whole)) throw new InputWantedError();
    noteEnding(inFlight, whole);
    await this.#learn(inFlight, whole);
    sayWho(inFlight, credential);
    const handedOn = await this.#handedOn(inFlight, whole);
    const body = handedOn === whole ? chunks : only(handedOn);
    if (inFlight.isStreaming) {
      await inFlight.stream().pipe(body);
      inFlight.stream().end();
    } else {
      await pipeThrough(inFlight, response.status, body);
    }
  }

  /** The response as the caller gets it. */
  async #handedOn(inFlight: InFlightRequest, response: string): Promise<string> {
    if (inFlight.request.method !== 'tools/list')
      return response.includes('"task') ? this.tasks.handOn(inFlight, response) : response;
    const { server, caller } = inFlight.session;
    const listed = admittedResponse(caller, this.blocked.markedResponse(server, response));
    return this.titles.titledResponse(inFlight.session, listed);
  }

  async #learn(inFlight: InFlightRequest, data: string): Promise<void> {
    const { method, params } = inFlight.request;
    if (!isListMethod(method)) return;
    const result = (parseJson(data) as { result?: unknown } | undefined)?.result;
    await this.profiles.rememberList(
      inFlight.session.server,
      method,
      result,
      params?.['cursor'] !== undefined,
    );
  }
}

async function refusingUnusable(inFlight: InFlightRequest, relay: () => Promise<void>): Promise<void> {
  try {
    await relay();
  } catch (error) {
    if (error instanceof InputWantedError) {
      refuseInput(inFlight);
      return;
    }
    if (!(error instanceof UnboundedResponseError)) throw error;
    refuseWithoutResponse(inFlight, `sent more than can be relayed. ${error.message.slice(0, -1)}`);
  }
}

/**
 * A response that is not read whole is judged while it passes by: at the end of an event stream a text can still
 * replace it. A caller that takes JSON only gets what can be kept in memory.
 */
async function relayLong(
  inFlight: InFlightRequest,
  chunks: AsyncIterable<Uint8Array>,
  credential: Credential | undefined,
): Promise<void> {
  if (!inFlight.acceptsEventStream) {
    const whole = await wholeOf(chunks, longestMessage);
    if (isResponse(whole, inFlight)) {
      noteEnding(inFlight, whole);
      inFlight.respondAsIs(whole);
    } else refuseWithoutResponse(inFlight, somethingElse);
    return;
  }
  sayWho(inFlight, credential);
  try {
    const scan = new ResponseScan(inFlight.request.id);
    await inFlight.stream().pipe(responseIn(chunks, scan));
    inFlight.call?.end({ outcome: scannedOutcomes[scan.ending] });
    inFlight.stream().end();
  } catch (error) {
    if (!(error instanceof NoResponseError)) throw error;
    refuseWithoutResponse(inFlight, somethingElse);
  }
}

const scannedOutcomes = { result: 'succeeded', toolError: 'toolError', error: 'failed' } as const;

/** @throws NoResponseError if the chunks are not a response, at their end at the latest */
async function* responseIn(
  chunks: AsyncIterable<Uint8Array>,
  scan: ResponseScan,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    scan.feed(chunk);
    if (scan.isBroken) break;
    yield chunk;
  }
  if (!scan.isResponse) throw new NoResponseError();
}

class NoResponseError extends Error {
  override readonly name = 'NoResponseError';
}

/** The account that acted is named just before the result: the last progress message stays visible. */
function sayWho(inFlight: InFlightRequest, credential: Credential | undefined): void {
  const { tool } = inFlight;
  const account = credential && accountName(credential);
  if (tool !== undefined && account !== undefined)
    inFlight.progress(identityLine(tool, account, inFlight.session.t));
}

async function pipeThrough(
  inFlight: InFlightRequest,
  status: number,
  chunks: AsyncIterable<Uint8Array>,
): Promise<void> {
  inFlight.response.writeHead(status, {
    'Content-Type': 'application/json',
    'Cache-Control': 'no-store',
    ...inFlight.session.headers,
  });
  for await (const chunk of chunks) {
    if (inFlight.response.destroyed) return;
    if (!inFlight.response.write(chunk)) await drained(inFlight.response);
  }
  inFlight.response.end();
}

/** A server without sessions asks in its result; a caller with a session would take the question for the result. */
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
function isResponse(text: string, inFlight: InFlightRequest): boolean {
  return responseTo(text, inFlight) !== undefined;
}

/** For the record: parsed once more only if it is a tool call. */
function noteEnding(inFlight: InFlightRequest, text: string): void {
  inFlight.call?.end(endingOf(responseTo(text, inFlight)));
}

/** The response to this request; an array may hold it (MCP 2025-03-26, batches). */
function responseTo(text: string, inFlight: InFlightRequest): object | undefined {
  const value = parseJson(text);
  const messages = (Array.isArray(value) ? value : [value]) as ({ id?: unknown } | null | undefined)[];
  const found = messages.find(
    (message) =>
      typeof message === 'object' &&
      message?.id === inFlight.request.id &&
      ('result' in message || 'error' in message),
  );
  return found ?? undefined;
}
