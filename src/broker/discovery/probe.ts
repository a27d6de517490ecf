import { boundedFetch, discardBody } from '../../oauth/boundedFetch.js';
import type { Fetch, HttpContext } from '../../oauth/httpContext.js';
import { OAuthFlowError } from '../../oauth/oauthFlowError.js';
import { displayText, shownAddress } from '../../base/displayText.js';
import { bearerChallengeOf, type BearerChallenge } from '../../oauth/wwwAuthenticateChallenge.js';
import type { ServerConfig } from '../settings/serverSettings.js';

/** A JSON-RPC `ping` needs no session to be refused and does nothing if it is answered. */
export const probeBody = '{"jsonrpc":"2.0","id":0,"method":"ping"}';
export const probeHeaders = {
  'Content-Type': 'application/json',
  Accept: 'application/json, text/event-stream',
};

/**
 * Steps 1–2: sends a request without a token, so that the response names the resource metadata.
 *
 * @returns the challenge, or `open` if the server required no authorization
 * @throws OAuthFlowError if the request failed, and the faults of {@link probeFault}
 */
export async function probe(
  server: ServerConfig,
  http: HttpContext,
): Promise<BearerChallenge | 'open' | undefined> {
  const response = server.type === 'sse' ? await askedForStream(server, http) : await pinged(server, http);
  if (response.status === 401 || response.status === 403) return bearerChallengeOf(response);
  const fault = probeFault(server, response);
  if (fault !== undefined) throw fault;
  return 'open';
}

function pinged(server: ServerConfig, http: HttpContext): Promise<Response> {
  const headers = { ...server.headers, ...probeHeaders };
  return boundedFetch(server.url, { method: 'POST', headers, body: probeBody }, http);
}

/** The HTTP+SSE transport takes nothing at its address but the question for its stream (MCP 2024-11-05). */
function askedForStream(server: ServerConfig, http: HttpContext): Promise<Response> {
  const headers = { ...server.headers, Accept: 'text/event-stream' };
  const fetch: Fetch = async (...asked) => {
    const answer = await http.fetch(...asked);
    if (!answer.ok || !isStream(answer)) return answer;
    // The response has no end. Its beginning is all that is needed.
    await discardBody(answer);
    return new Response(null, { status: answer.status, headers: answer.headers });
  };
  return boundedFetch(server.url, { headers }, { ...http, fetch });
}

function isStream({ headers }: Response): boolean {
  return /^text\/event-stream\b/i.test(headers.get('content-type') ?? '');
}

/**
 * Steps 1–2 of a sign-in. An identity provider is no resource that could ask for one.
 *
 * @throws OAuthFlowError `notProtected`, and what {@link probe} throws
 */
export async function fetchChallenge(
  server: ServerConfig,
  http: HttpContext,
): Promise<BearerChallenge | undefined> {
  const challenge = server.isIdentityProvider === true ? undefined : await probe(server, http);
  if (challenge !== 'open') return challenge;
  throw new OAuthFlowError('notProtected', `${server.name} responds without a sign-in; none is needed.`);
}

/**
 * Why an answer to the probe that is neither 401 nor 403 is not a working MCP server's. Another 4xx, such as
 * 400 for the missing session, refuses the question alone: the caller was let in.
 */
export function probeFault(server: ServerConfig, response: Response): OAuthFlowError | undefined {
  const passing = passingFault(server, response);
  if (passing !== undefined) return passing;
  const url = shownAddress(server.url);
  const { status } = response;
  const checkAddress = 'Check the address; an MCP endpoint often ends in /mcp.';
  if (status === 404 || status === 405) {
    const message = `There is no MCP server at ${url} (${status}).`;
    return new OAuthFlowError('unexpectedStatus', message, { url, status, fix: checkAddress });
  }
  const type = response.headers.get('content-type') ?? '';
  const isItsOwn = isStream(response) || (server.type !== 'sse' && /^application\/json\b/i.test(type));
  if (response.ok && !isItsOwn) {
    const message = `${url} is not an MCP server: it returned ${displayText(type) ?? 'no content type'}.`;
    return new OAuthFlowError('notJson', message, { url, status, fix: checkAddress });
  }
  return undefined;
}

/** Why a server answers no POST for now; one that has no stream to give may say so to a GET with any status. */
export function passingFault(server: ServerConfig, { status }: Response): OAuthFlowError | undefined {
  if (status !== 429 && status < 500) return undefined;
  const url = shownAddress(server.url);
  const said = status === 429 ? 'is rate limiting requests' : 'returned a server error';
  const fix = 'Try again later.';
  return new OAuthFlowError('unreachable', `${url} ${said} (${status}).`, { url, status, fix });
}
