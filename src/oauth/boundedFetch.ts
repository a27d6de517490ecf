import { OAuthFlowError } from './oauthFlowError.js';
import { addressOf, isSecureAddress, shownAddress, displayText } from '../base/displayText.js';
import type { HttpContext, Resolver } from './httpContext.js';
import {
  isWithinReach,
  outOfReach,
  isAddress,
  isAsNearAs,
  reachOfAddress,
  type NetworkReach,
} from './networkReach.js';

/** Time for one answer, redirects and body included, in milliseconds: a user waits for it. */
const answerTimeLimit = 8_000;
/** Largest body of a metadata or token answer, in bytes. */
export const bodyLimit = 1024 * 1024;
const redirectLimit = 3;

/** `sameOrigin`: metadata only. A request that carries a secret follows nothing. */
type RedirectRule = 'never' | 'sameOrigin';

/**
 * Sends one request within limits: https (http on loopback), a time limit for the whole response, a limit for the
 * body, and no redirect except to the same origin, at most three times, if the rule allows it.
 *
 * @returns a response whose body is already in memory
 * @throws OAuthFlowError `insecureAddress`, `addressOutOfReach`, `unreachable`, `timedOut`, `tooLarge`, `redirected`;
 *   or the reason of the caller's signal, unchanged
 */
export async function boundedFetch(
  url: string,
  init: RequestInit,
  http: HttpContext,
  redirects: RedirectRule = 'never',
): Promise<Response> {
  const timeout = (http.timeoutSignal ?? ((ms: number) => AbortSignal.timeout(ms)))(answerTimeLimit);
  const signal = http.signal === undefined ? timeout : AbortSignal.any([http.signal, timeout]);
  let target = new URL(url);
  for (let followed = 0; ; followed++) {
    if (!isSecureAddress(target)) throw insecure(target);
    if (!isWithinReach(target, http.reach)) throw outOfReach(target);
    const answer = await ask(target, { ...init, redirect: 'manual', signal }, http, timeout);
    const next = redirectTarget(answer, target);
    if (next === undefined) return answer;
    if (redirects === 'never' || next === 'hidden' || next.origin !== target.origin) {
      throw redirected(target, next, answer.status);
    }
    if (followed === redirectLimit) throw redirected(target, next, answer.status, 'too many redirects');
    target = next;
  }
}

async function ask(
  url: URL,
  init: RequestInit & { readonly signal: AbortSignal },
  http: HttpContext,
  timeout: AbortSignal,
): Promise<Response> {
  try {
    http.signal?.throwIfAborted();
    const judging = addressesWithinReach(url, http, init.signal);
    const addresses = judging === undefined ? undefined : await judging;
    const answer = await http.fetch(url.href, init, addresses);
    return await buffered(answer, url);
  } catch (error) {
    if (http.signal?.aborted === true) throw http.signal.reason;
    if (error instanceof OAuthFlowError) throw error;
    if (timeout.aborted) {
      const seconds = answerTimeLimit / 1000;
      const note = http.unreachableNote === undefined ? '' : ` ${http.unreachableNote}`;
      const message = `${shownAddress(url)} did not respond within ${seconds} seconds.${note}`;
      throw new OAuthFlowError('timedOut', message, {
        url: shownAddress(url),
        fix: 'Check that the server is running and reachable from this machine, then try again.',
      });
    }
    throw new OAuthFlowError('unreachable', networkFailure(url.host, error, http.unreachableNote), {
      url: shownAddress(url),
      fix: 'Check the address, the network and the proxy settings, then try again.',
    });
  }
}

/** Counts while it reads, so that an endless body takes no more memory than the limit. */
async function buffered(answer: Response, url: URL): Promise<Response> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  const reader = answer.body?.getReader();
  for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) {
    size += part.value.byteLength;
    if (size > bodyLimit) {
      reader?.cancel().catch(() => undefined);
      throw new OAuthFlowError(
        'tooLarge',
        `The response of ${shownAddress(url)} is larger than the limit of 1 MiB.`,
        { url: shownAddress(url), status: answer.status },
      );
    }
    chunks.push(part.value);
  }
  const headers = new Headers(answer.headers);
  // They described the bytes on the wire, not these.
  for (const name of ['content-encoding', 'content-length', 'transfer-encoding']) headers.delete(name);
  const body = [204, 205, 304].includes(answer.status) ? null : new Blob(chunks);
  const status = answer.status === 0 ? 302 : answer.status;
  return new Response(body, { status, headers });
}

function redirectTarget(answer: Response, from: URL): URL | 'hidden' | undefined {
  if (answer.status < 300 || answer.status > 399 || answer.status === 304) return undefined;
  const location = answer.headers.get('location');
  return addressOf(location, from) ?? 'hidden';
}

function insecure(url: URL): OAuthFlowError {
  return new OAuthFlowError(
    'insecureAddress',
    `${shownAddress(url)} is not https, which is required for addresses outside this machine.`,
    { url: shownAddress(url), fix: 'Use an https address.' },
  );
}

function redirected(from: URL, to: URL | 'hidden', status: number, why?: string): OAuthFlowError {
  const where = to === 'hidden' ? 'an address that it does not name' : shownAddress(to);
  return new OAuthFlowError(
    'redirected',
    `${shownAddress(from)} redirects to ${where}, which is not followed${why === undefined ? '' : `: ${why}`}.`,
    { url: shownAddress(from), status },
  );
}

/** Frees the connection of a response whose body is not read, even if it broke off. */
export async function discardBody(answer: Response): Promise<void> {
  await answer.body?.cancel().catch(() => undefined);
}

/**
 * Why a `fetch` failed, as a sentence that names the host and the failing hop. System error codes are the same on
 * every platform; the texts of errors are not, and can contain anything.
 *
 * @param unreachableNote another sentence, for a host that was not reached at all
 */
export function networkFailure(host: string, error: unknown, unreachableNote?: string): string {
  const code = networkErrorCode(error);
  const sentence = failureSentence(host, code);
  const hasAnswered = code !== undefined && (closedEarly.has(code) || isOfCertificate(code));
  return hasAnswered || unreachableNote === undefined ? sentence : `${sentence} ${unreachableNote}`;
}

function failureSentence(host: string, code: string | undefined): string {
  switch (code) {
    case undefined:
      return `${host} could not be reached.`;
    case 'ECONNREFUSED':
      return `${host} could not be reached: the connection was refused.`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `The host name ${host} could not be resolved (${code}).`;
    case 'ECONNRESET':
    case 'UND_ERR_SOCKET':
      return `${host} closed the connection before it responded.`;
    case 'ETIMEDOUT':
    case 'UND_ERR_CONNECT_TIMEOUT':
    case 'UND_ERR_HEADERS_TIMEOUT':
      return `${host} did not respond in time.`;
    default:
      return isOfCertificate(code)
        ? `The TLS certificate of ${host} was not accepted (${code}).`
        : `${host} could not be reached (${code}).`;
  }
}

const closedEarly: ReadonlySet<string> = new Set(['ECONNRESET', 'UND_ERR_SOCKET']);

function isOfCertificate(code: string): boolean {
  return /CERT|TLS|SSL|ISSUER/.test(code);
}

/** `fetch` hides the system's error some causes deep. */
function networkErrorCode(error: unknown): string | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 4; at = at.cause, depth++) {
    const { code } = at as { code?: unknown };
    if (typeof code === 'string' && /^[A-Z][A-Z0-9_]+$/.test(code)) return displayText(code);
  }
  return undefined;
}

/**
 * Checks a host by the addresses that its name resolves to, as `isWithinReach` does by the name: the owner of a name
 * on the internet can make it resolve to a service of this machine or of its network.
 *
 * A configured server whose own name resolves to a near address may name its neighbors, as on an intranet.
 *
 * @param field the field that names the address
 * @returns undefined if there is nothing to check: an address, or the server's own host. Otherwise the checked
 *   addresses, to one of which the connection must go, because a second resolution can return others; an empty list
 *   if the name cannot be resolved here and only a proxy can connect
 * @throws OAuthFlowError `addressOutOfReach`; the reason of `signal`
 */
export function addressesWithinReach(
  url: URL,
  http: HttpContext,
  signal: AbortSignal,
  field?: string,
): Promise<readonly string[]> | undefined {
  const { resolver, reach, server } = http;
  if (resolver === undefined || reach === 'thisMachine') return undefined;
  if (isAddress(url) || url.hostname === server?.hostname) return undefined;
  return judged(url, { resolver, reach, server, signal, field });
}

interface Judgement {
  readonly resolver: Resolver;
  readonly reach: NetworkReach;
  readonly server: URL | undefined;
  readonly signal: AbortSignal;
  readonly field: string | undefined;
}

async function judged(url: URL, { resolver, reach, server, signal, field }: Judgement) {
  const addresses = await resolver.addressesOf(url.hostname, signal);
  for (const near of addresses.map(reachOfAddress)) {
    if (isAsNearAs(reach, near)) continue;
    const own = server === undefined ? [] : await resolver.addressesOf(server.hostname, signal);
    // By all of them: a server that is on the internet too is a server on the internet.
    const isNeighbour = own.length > 0 && own.every((address) => isAsNearAs(reachOfAddress(address), near));
    if (!isNeighbour) throw outOfReach(url, field, near);
  }
  return addresses;
}
