import { withoutTokens, type Credential } from '../../broker/accounts/credential.js';
import { sessionNotFoundMessage } from '../../mcp/relayMessages.js';
import { discardBody } from '../../oauth/boundedFetch.js';
import { displayText } from '../../base/displayText.js';
import { sendJson } from '../callers/callerHttp.js';
import { describeRequest, type InFlightRequest } from '../callers/inFlightRequest.js';
import { parseJson, beginningOf } from '../upstream/upstreamBody.js';

/** Enough of a refusal to quote from, in bytes. */
const refusalLength = 10_000;

/** Turns statuses at which a caller would give up or sign in by itself into a text. */
export async function relayFailure(
  inFlight: InFlightRequest,
  response: Response,
  credential: Credential | undefined,
): Promise<void> {
  const { host } = new URL(inFlight.session.server.url);
  const { whole } = await beginningOf(response, refusalLength);
  if (whole === undefined) await discardBody(response);
  if (
    response.status === 404 &&
    inFlight.session.upstream?.sessionId !== undefined &&
    !inFlight.isStreaming
  ) {
    // The session is gone upstream. Callers begin a new one on 404 and send the request again themselves.
    inFlight.call?.end({ outcome: 'failed' });
    sendJson(inFlight.response, 404, sessionNotFoundMessage(inFlight.request.id));
    return;
  }
  const said = whole === undefined ? undefined : errorIn(whole, credential);
  if (said !== undefined && inFlight.tool === undefined) inFlight.refuse(`${host}: ${said}`);
  else
    inFlight.refuse(
      `${host} returned ${response.status}${said === undefined ? '' : `: ${said}`}. The request was not sent again.`,
    );
}

/** Ends a request that the upstream accepted without responding to it. */
export function refuseWithoutResponse(inFlight: InFlightRequest, happened: string): void {
  const { host } = new URL(inFlight.session.server.url);
  inFlight.refuse(
    `${describeRequest(inFlight)} got no response: ${host} ${happened}. It is not known whether it ran, so it was not run again.`,
  );
}

/** Ends a request whose server asks for input although it was told that the caller gives none. */
export function refuseInput(inFlight: InFlightRequest): void {
  const { host } = new URL(inFlight.session.server.url);
  inFlight.refuse(
    `${describeRequest(inFlight)} did not finish: ${host} asks for more input, which cannot be provided here.`,
  );
}

/** A server's own text about a failure, without the tokens that some servers repeat in it. */
export function errorIn(text: string, credential: Credential | undefined): string | undefined {
  const message = (parseJson(text) as { error?: { message?: unknown } } | undefined)?.error?.message;
  if (typeof message !== 'string') return undefined;
  return displayText(credential === undefined ? message : withoutTokens(message, credential));
}
