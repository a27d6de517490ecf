import type { JSONRPCRequest } from '@modelcontextprotocol/sdk/types.js';
import type { AuthorizedOutcome } from '../../broker/fetch/authorizedFetch.js';
import type { Credential } from '../../broker/accounts/credential.js';
import { timeLimit } from '../../base/abort.js';
import type { Clock } from '../../base/clock.js';
import { discoverMethod, discoverResultOf, type DiscoverResult } from '../../mcp/statelessRevision.js';
import { discardBody } from '../../oauth/boundedFetch.js';
import { statelessUpstream, type CallerSession } from '../callers/callerSession.js';
import type { ServerProfiles } from './serverProfiles.js';
import type { UpstreamSender } from './upstreamSender.js';
import { isEventStream, upstreamEvents, boundedText, UnboundedResponseError } from './upstreamBody.js';
import type { ServerConfig } from '../../broker/settings/serverSettings.js';

const discoverRequest: JSONRPCRequest = {
  jsonrpc: '2.0',
  id: 'mcp-oauth-broker/discover',
  method: discoverMethod,
};

export type DiscoveryOutcome =
  | {
      readonly kind: 'discovered';
      readonly result: DiscoverResult;
      readonly credential: Credential | undefined;
    }
  /** The upstream responded, but does not support the revision without sessions. */
  | { readonly kind: 'otherRevision'; readonly status: number }
  | Exclude<AuthorizedOutcome, { kind: 'response' }>;

/**
 * Asks an upstream whether it supports the revision without sessions, and which features it has
 * (`server/discover`).
 */
export class UpstreamDiscovery {
  constructor(
    private readonly sender: UpstreamSender,
    private readonly profiles: ServerProfiles,
    private readonly clock: Clock,
  ) {}

  /** Requests the discovery, and stores the result for when the user is signed out. */
  discover(session: CallerSession, signal: AbortSignal): Promise<DiscoveryOutcome> {
    return patiently(this.clock, session.server, discoverMethod, signal, (limited) =>
      this.#discover(session, limited),
    );
  }

  async #discover(session: CallerSession, signal: AbortSignal): Promise<DiscoveryOutcome> {
    const outcome = await this.sender.send(session, 'POST', discoverRequest, {
      sentIn: statelessUpstream,
      signal,
    });
    if (outcome.kind !== 'response') return outcome;
    const { response, credential } = outcome;
    const result = discoverResultOf(response.ok ? await resultOf(response, discoverRequest.id) : undefined);
    if (result === undefined) {
      await discardBody(response);
      return { kind: 'otherRevision', status: response.status };
    }
    await this.profiles.rememberDiscovery(session.server, result);
    return { kind: 'discovered', result, credential };
  }
}

/** Returns the `result` of the response with this ID, from a JSON document or an event stream. */
export async function resultOf(response: Response, id: string | number): Promise<unknown> {
  if (!isEventStream(response)) return resultIn(await boundedText(response), id);
  for await (const event of upstreamEvents(response)) {
    const result = resultIn(event.data, id);
    if (result !== undefined) return result;
  }
  return undefined;
}

function resultIn(text: string, id: string | number): unknown {
  try {
    const message = JSON.parse(text) as { id?: unknown; result?: unknown } | null;
    return message?.id === id ? message.result : undefined;
  } catch {
    return undefined;
  }
}

/** The longest wait for a request of the relay itself, in milliseconds. */
const patience = 30_000;

/**
 * Runs a request of the relay itself, and fails with a text if the upstream does not respond or its response
 * does not end.
 *
 * @throws the signal's reason if it is aborted
 */
export async function patiently<Outcome>(
  clock: Clock,
  server: ServerConfig,
  method: string,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<Outcome>,
): Promise<Outcome | Extract<AuthorizedOutcome, { kind: 'failed' }>> {
  const limit = timeLimit(clock, patience);
  const { host } = new URL(server.url);
  try {
    return await work(AbortSignal.any([signal, limit.signal]));
  } catch (error) {
    if (signal.aborted) throw error;
    if (limit.signal.aborted)
      return { kind: 'failed', detail: `${host} did not respond to ${method} within ${patience / 1000} s.` };
    if (!(error instanceof UnboundedResponseError)) throw error;
    return { kind: 'failed', detail: `${host} cannot be used: ${error.message}` };
  } finally {
    limit.dispose();
  }
}
