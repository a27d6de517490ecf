import type { JSONRPCRequest } from '@modelcontextprotocol/sdk/types.js';
import type { AuthorizedFetch, AuthorizedOutcome } from '../broker/authorizedFetch.js';
import type { Credential } from '../broker/accounts/credential.js';
import type { Clock } from '../broker/ports.js';
import {
  discoverMethod,
  discoverResultOf,
  statelessHeaders,
  withoutSession,
  type DiscoverResult,
} from '../mcp/statelessRevision.js';
import { discardBody } from '../oauth/discardBody.js';
import { patiently } from './patience.js';
import type { RelaySession } from './relaySession.js';
import type { ServerProfiles } from './serverProfiles.js';
import { accessOf, upstreamHeaders } from './upstreamRequest.js';
import { resultOf } from './upstreamResult.js';

export type DiscoveryOutcome =
  | { readonly kind: 'discovered'; readonly result: DiscoverResult; readonly credential?: Credential }
  /** The upstream answered, and not as one that speaks the revision without sessions. */
  | { readonly kind: 'otherRevision'; readonly status: number }
  | Exclude<AuthorizedOutcome, { kind: 'response' }>;

/** Asks an upstream whether it speaks the revision without sessions, and what it has (`server/discover`). */
export class UpstreamDiscovery {
  constructor(
    private readonly authorizedFetch: AuthorizedFetch,
    private readonly profiles: ServerProfiles,
    private readonly clock: Clock,
  ) {}

  /** What was discovered is remembered for when the person is signed out. */
  discover(session: RelaySession, signal: AbortSignal): Promise<DiscoveryOutcome> {
    return patiently(this.clock, session.server, discoverMethod, signal, (limited) =>
      this.#discover(session, limited),
    );
  }

  async #discover(session: RelaySession, signal: AbortSignal): Promise<DiscoveryOutcome> {
    const { server, initialize } = session;
    const question: JSONRPCRequest = {
      jsonrpc: '2.0',
      id: 'mcp-oauth-broker/discover',
      method: discoverMethod,
    };
    const request = withoutSession(question, initialize);
    const headers = upstreamHeaders('POST', undefined);
    for (const [name, value] of Object.entries(statelessHeaders(request))) headers.set(name, value);
    const outcome = await this.authorizedFetch.send(server, {
      method: 'POST',
      headers,
      body: Buffer.from(JSON.stringify(request)),
      ...accessOf(session),
      signal,
    });
    if (outcome.kind !== 'response') return outcome;
    const { response, credential } = outcome;
    const result = discoverResultOf(response.ok ? await resultOf(response, request.id) : undefined);
    if (result === undefined) {
      await discardBody(response);
      return { kind: 'otherRevision', status: response.status };
    }
    await this.profiles.rememberDiscovery(server, result);
    return { kind: 'discovered', result, ...(credential !== undefined && { credential }) };
  }
}
