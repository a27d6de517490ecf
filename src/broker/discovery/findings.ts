import type { Network } from '../../oauth/httpContext.js';
import { onWordOf } from '../../oauth/networkReach.js';
import { OAuthFlowError } from '../../oauth/oauthFlowError.js';
import { discover, type Discovered, type DiscoveryParts } from './discovery.js';
import type { Clock } from '../../base/clock.js';
import { probe } from './probe.js';
import type { ServerConfig } from '../settings/serverSettings.js';
import { timeLimit } from '../../base/abort.js';
import { shownAddress } from '../../base/displayText.js';

/** What it takes to find out about a server. */
export interface FindingParts {
  readonly http: Network;
  readonly clock: Clock;
  readonly discovery?: DiscoveryParts;
}

/** What is known of a server before it is configured. */
export type Findings =
  | { readonly kind: 'protected'; readonly discovered: Discovered }
  /** It asked for no authorization. */
  | { readonly kind: 'open' }
  | { readonly kind: 'failed'; readonly error: OAuthFlowError };

/** A user waits for all of it together, in milliseconds. */
const patience = 9_500;

/**
 * Steps 1–5a, without signing in and without registering anything, within the time a user waits.
 *
 * @throws the reason of `signal`
 */
export async function findOut(
  server: ServerConfig,
  { http, clock, discovery }: FindingParts,
  signal: AbortSignal,
): Promise<Findings> {
  const limit = timeLimit(clock, patience);
  const context = { ...http, ...onWordOf(server.url), signal: AbortSignal.any([signal, limit.signal]) };
  try {
    const challenge = await probe(server, context);
    if (challenge === 'open') return { kind: 'open' };
    return { kind: 'protected', discovered: await discover(server, challenge, context, discovery) };
  } catch (error) {
    if (error instanceof OAuthFlowError) return { kind: 'failed', error };
    if (signal.aborted || !limit.signal.aborted) throw error;
    const { host } = new URL(server.url);
    const message = `${host} and its authorization server together took longer than ${patience / 1000} s.`;
    return {
      kind: 'failed',
      error: new OAuthFlowError('timedOut', message, { fix: 'Try again, or add it anyway.' }),
    };
  } finally {
    limit.dispose();
  }
}

interface ServerTransport {
  readonly type?: 'sse';
}

/** What is known of a server that is not configured, including its transport. */
export interface TransportFindings {
  readonly findings: Findings;
  /** As in its entry: absent for Streamable HTTP. */
  readonly transport: ServerTransport;
}

/**
 * Examines a server of either transport. By convention, the stream of HTTP+SSE is at /sse, and a server that responds
 * to the request of one transport with 404 or 405 gets that of the other.
 *
 * @throws the reason of `signal`
 * @see MCP 2025-03-26, Transports, Backwards Compatibility
 */
export async function findOutTransport(
  server: ServerConfig,
  parts: FindingParts,
  signal: AbortSignal,
): Promise<TransportFindings> {
  const usual = usualTransport(server.url);
  const findings = await findOut({ ...server, ...usual }, parts, signal);
  if (!takesNoSuchQuestion(server.url, findings)) return { findings, transport: usual };
  const transport = usual.type === 'sse' ? {} : ({ type: 'sse' } as const);
  const others = await findOut({ ...server, ...transport }, parts, signal);
  return others.kind === 'failed' ? { findings, transport: usual } : { findings: others, transport };
}

/** The transport that an address suggests. */
export function usualTransport(url: string): ServerTransport {
  return /\/sse\/?$/.test(new URL(url).pathname) ? { type: 'sse' } : {};
}

function takesNoSuchQuestion(url: string, findings: Findings): boolean {
  if (findings.kind !== 'failed') return false;
  const { status, url: asked } = findings.error.details;
  return (status === 404 || status === 405) && asked === shownAddress(url);
}
