import { shownAddress } from '../../oauth/serverWords.js';
import { findOut, type FindingParts, type Findings } from './findings.js';
import type { ServerConfig } from '../settings/serverSettings.js';

/** What is known of a server that nobody has configured, its transport included. */
export interface TransportFindings {
  readonly findings: Findings;
  /** As in its entry: absent for Streamable HTTP. */
  readonly transport: Pick<ServerConfig, 'type'>;
}

/**
 * Finds out about a server of either transport: by custom the stream of HTTP+SSE is at /sse, and who answers the
 * question of one transport with 404 or 405 is asked that of the other.
 *
 * @throws the reason of `signal`
 * @see MCP 2025-03-26, Transports, Backwards Compatibility
 */
export async function findOutTransport(
  server: Omit<ServerConfig, 'type'>,
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

/** What an address tells of its transport. */
export function usualTransport(url: string): Pick<ServerConfig, 'type'> {
  return /\/sse\/?$/.test(new URL(url).pathname) ? { type: 'sse' } : {};
}

function takesNoSuchQuestion(url: string, findings: Findings): boolean {
  if (findings.kind !== 'failed') return false;
  const { status, url: asked } = findings.error.details;
  return (status === 404 || status === 405) && asked === shownAddress(url);
}
