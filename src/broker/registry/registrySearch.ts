import { boundedFetch } from '../../oauth/boundedFetch.js';
import type { HttpContext, Network } from '../../oauth/httpContext.js';
import { isObject, type UntrustedJson } from '../../oauth/jsonResponse.js';
import { onWordOf } from '../../oauth/networkReach.js';
import { OAuthFlowError } from '../../oauth/oauthFlowError.js';
import { shownAddress } from '../../base/displayText.js';
import type { Clock } from '../../base/clock.js';
import { timeLimit } from '../../base/abort.js';
import { parseRegistryPage, type RegistryPage, type RegistryServer } from './registryServer.js';

/** What a search found. */
export interface RegistryMatches {
  readonly servers: readonly RegistryServer[];
  /** Whether the registry has more than were asked for. */
  readonly isMore: boolean;
}

/** All pages together, in milliseconds: a user waits for them. */
const patience = 10_000;
/** Entries a page; most have no remote address, so that several pages may be needed. */
const pageLength = 50;
const mostPages = 4;
/** More results than a user reads; to narrow them, the user types more of the name. */
const enough = 20;
/** The current version of the API, and the one before it, which some registries still have alone. */
const versions = ['v0.1', 'v0'] as const;

/**
 * Searches a registry for servers with a text in their names.
 *
 * @param registry its address, as `parseRegistryAddress` returns it
 * @throws OAuthFlowError if the registry cannot be asked or does not respond as one; the reason of `signal`
 */
export async function searchRegistry(
  registry: string,
  text: string,
  { http, clock }: { readonly http: Network; readonly clock: Clock },
  signal: AbortSignal,
): Promise<RegistryMatches> {
  const limit = timeLimit(clock, patience);
  const context = { ...http, ...onWordOf(registry), signal: AbortSignal.any([signal, limit.signal]) };
  try {
    return await allPages(registry, text, context);
  } catch (error) {
    if (signal.aborted || !limit.signal.aborted || error instanceof OAuthFlowError) throw error;
    throw new OAuthFlowError('timedOut', `${host(registry)} took longer than ${patience / 1000} seconds.`);
  } finally {
    limit.dispose();
  }
}

async function allPages(registry: string, text: string, http: HttpContext): Promise<RegistryMatches> {
  // A registry that ignores `version=latest` lists a server once for each version.
  const found = new Map<string, RegistryServer>();
  const seen = new Set<string>();
  let cursor: string | undefined;
  for (let pages = 0; pages < mostPages; pages++) {
    const page = await onePage(registry, text, cursor, http);
    for (const server of page.servers) if (!found.has(server.name)) found.set(server.name, server);
    cursor = page.nextCursor;
    if (cursor === undefined || seen.has(cursor) || found.size >= enough) break;
    seen.add(cursor);
  }
  const servers = [...found.values()];
  return { servers: servers.slice(0, enough), isMore: cursor !== undefined || servers.length > enough };
}

async function onePage(
  registry: string,
  text: string,
  cursor: string | undefined,
  http: HttpContext,
): Promise<RegistryPage> {
  const query = new URLSearchParams({ search: text, version: 'latest', limit: String(pageLength) });
  if (cursor !== undefined) query.set('cursor', cursor);
  for (const version of versions) {
    const url = `${registry}/${version}/servers?${query.toString()}`;
    const response = await boundedFetch(url, { headers: { Accept: 'application/json' } }, http, 'sameOrigin');
    if (response.status === 404) continue;
    if (!response.ok) throw refused(registry, response.status);
    const page = parseRegistryPage(await objectIn(response), registry);
    if (page === undefined) throw noRegistry(registry);
    return page;
  }
  throw noRegistry(registry);
}

async function objectIn(response: Response): Promise<UntrustedJson> {
  try {
    const parsed = (await response.json()) as unknown;
    if (isObject(parsed)) return parsed;
  } catch {
    // What cannot be parsed is no list either.
  }
  return {};
}

function refused(registry: string, status: number): OAuthFlowError {
  const why = status === 429 ? 'is rate limiting requests; wait a minute' : `responded with status ${status}`;
  return new OAuthFlowError('unexpectedStatus', `${host(registry)} ${why}.`, { status });
}

function noRegistry(registry: string): OAuthFlowError {
  const message = `${shownAddress(registry)} does not respond as an MCP registry: there is no list of servers.`;
  return new OAuthFlowError('notJson', message, { fix: 'Check the setting mcpOAuthBroker.registry.' });
}

function host(registry: string): string {
  return new URL(registry).host;
}
