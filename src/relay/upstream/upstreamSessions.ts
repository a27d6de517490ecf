import {
  InitializeResultSchema,
  ListToolsResultSchema,
  type InitializeResult,
  type Tool,
} from '@modelcontextprotocol/sdk/types.js';
import type { AuthorizedOutcome } from '../../broker/fetch/authorizedFetch.js';
import { actorOf } from '../../broker/accounts/credential.js';
import type { CredentialStore } from '../../broker/accounts/credentialStore.js';
import type { Clock } from '../../base/clock.js';
import { notificationMessage } from '../../mcp/relayMessages.js';
import { initializeResultOf } from '../../mcp/statelessRevision.js';
import { patiently, resultOf, type UpstreamDiscovery } from './upstreamDiscovery.js';
import { statelessUpstream, type CallerSession } from '../callers/callerSession.js';
import type { ServerProfiles } from './serverProfiles.js';
import type { UpstreamSender } from './upstreamSender.js';
import type { IncomingHttpHeaders } from 'node:http';
import { discardBody } from '../../oauth/boundedFetch.js';

/** The upstream's response to `initialize`, or the reason why there is none. */
export type AttachOutcome =
  | { readonly kind: 'attached'; readonly result: InitializeResult }
  | Exclude<AuthorizedOutcome, { kind: 'response' }>;

/** The names of an upstream's tools, or the reason why they are not known. */
export type ToolListOutcome =
  | { readonly kind: 'listed'; readonly names: readonly string[] }
  | Exclude<AuthorizedOutcome, { kind: 'response' }>;

/** The most pages of a tool list that are read, because an endless list would block the call forever. */
const mostPages = 100;

/** Starts sessions with upstreams on behalf of callers' sessions. */
export class UpstreamSessions {
  readonly #attaching = new WeakMap<CallerSession, Promise<AttachOutcome>>();

  constructor(
    private readonly sender: UpstreamSender,
    private readonly credentials: CredentialStore,
    private readonly profiles: ServerProfiles,
    private readonly discovery: UpstreamDiscovery,
    private readonly clock: Clock,
    /** Called with the ID of a session that has been left. */
    private readonly leave: (sessionId: string) => void,
  ) {}

  /**
   * Leaves a session that was started with another account, because that account's token must not be used in
   * it.
   */
  async leaveIfAccountChanged(session: CallerSession): Promise<void> {
    const { upstream } = session;
    if (upstream === undefined || upstream.isStateless === true) return;
    const credential = await this.credentials.get(session.server.url, session.caller.account);
    if (session.upstream === upstream && upstream.user !== actorOf(credential)) session.leaveUpstream();
  }

  /**
   * Forwards a message that needs no response to the upstream, if the session has one.
   *
   * @param body the caller's message, unchanged
   */
  async forward(
    session: CallerSession,
    method: 'POST' | 'DELETE',
    body?: Uint8Array,
    callerHeaders?: IncomingHttpHeaders,
  ): Promise<void> {
    await this.leaveIfAccountChanged(session);
    if (session.upstream === undefined || session.isBridged) return;
    const options = { callerHeaders, signal: session.closed };
    const outcome = await this.sender.send(session, method, body, options);
    if (outcome.kind === 'response') await discardBody(outcome.response);
  }

  /**
   * Sends the caller's own `initialize` to the upstream. Requests that need it at the same time share the
   * outcome.
   *
   * @param announce whether to also send `notifications/initialized`, because the caller has already sent its
   *   own
   */
  attach(session: CallerSession, announce: boolean): Promise<AttachOutcome> {
    const running = this.#attaching.get(session);
    if (running !== undefined) return running;
    const attaching = patiently(this.clock, session.server, 'initialize', session.closed, (signal) =>
      this.#attach(session, signal, announce),
    ).finally(() => void this.#attaching.delete(session));
    this.#attaching.set(session, attaching);
    return attaching;
  }

  /** Requests the upstream's complete tool list, and stores it for when the user is signed out. */
  listTools(session: CallerSession, signal: AbortSignal): Promise<ToolListOutcome> {
    return patiently(this.clock, session.server, 'tools/list', signal, (limited) =>
      this.#listTools(session, limited),
    );
  }

  async #listTools(session: CallerSession, signal: AbortSignal): Promise<ToolListOutcome> {
    const tools: Tool[] = [];
    const cursors = new Set<string>();
    let cursor: string | undefined;
    do {
      const params = cursor === undefined ? {} : { cursor };
      const message = { jsonrpc: '2.0' as const, id: 'mcp-oauth-broker/tools', method: 'tools/list', params };
      const outcome = await this.sender.send(session, 'POST', message, { signal });
      if (outcome.kind !== 'response') return outcome;
      const { response } = outcome;
      const page = ListToolsResultSchema.safeParse(
        response.ok ? await resultOf(response, message.id) : undefined,
      );
      if (!page.success) {
        await discardBody(response);
        const { host } = new URL(session.server.url);
        return {
          kind: 'failed',
          detail: `${host} did not respond to tools/list as an MCP server (${response.status}).`,
        };
      }
      tools.push(...page.data.tools);
      cursor = page.data.nextCursor;
      if (cursor === undefined || cursors.has(cursor)) break;
      cursors.add(cursor);
    } while (cursors.size < mostPages);
    await this.profiles.rememberList(session.server, 'tools/list', { tools }, false);
    return { kind: 'listed', names: tools.map(({ name }) => name) };
  }

  async #attach(session: CallerSession, signal: AbortSignal, announce: boolean): Promise<AttachOutcome> {
    const outcome = await this.sender.send(session, 'POST', session.initialize, { signal });
    if (outcome.kind !== 'response') return outcome;
    const { response, credential } = outcome;
    const sessionId = response.headers.get('mcp-session-id');
    const leave = () => {
      if (sessionId !== null) this.leave(sessionId);
    };
    const reading = response.ok ? resultOf(response, session.initialize.id) : undefined;
    const result = InitializeResultSchema.safeParse(
      await reading?.catch((error: unknown) => {
        leave();
        throw error;
      }),
    );
    if (!result.success) {
      leave();
      await discardBody(response);
      if (mayBeStateless(response.status)) return this.#attachWithoutSession(session, response, signal);
      const { host } = new URL(session.server.url);
      return {
        kind: 'failed',
        detail: `${host} did not respond to initialize as an MCP server (${response.status}).`,
      };
    }
    session.enterUpstream({
      protocolVersion: result.data.protocolVersion,
      user: actorOf(credential),
      sessionId: sessionId ?? undefined,
    });
    session.upstreamLeft.addEventListener('abort', leave, { once: true });
    if (session.closed.aborted) session.leaveUpstream();
    await this.profiles.rememberInformation(session.server, result.data);
    if (announce) {
      const notification = notificationMessage('notifications/initialized');
      const announced = await this.sender.send(session, 'POST', notification, { signal });
      if (announced.kind === 'response') await discardBody(announced.response);
    }
    // The account may have been signed out in the meantime, which is announced only to sessions that have
    // started.
    await this.leaveIfAccountChanged(session);
    if (session.upstream !== undefined) session.onAttached?.();
    return { kind: 'attached', result: result.data };
  }

  /**
   * Attaches without a session: a server that does not support `initialize` may support the revision without
   * sessions.
   */
  async #attachWithoutSession(
    session: CallerSession,
    refusal: Response,
    signal: AbortSignal,
  ): Promise<AttachOutcome> {
    const outcome = await this.discovery.discover(session, signal);
    switch (outcome.kind) {
      case 'discovered': {
        const { server, initialize } = session;
        const result = initializeResultOf(outcome.result, initialize, server.name);
        const user = actorOf(outcome.credential);
        session.enterUpstream({ ...statelessUpstream, user });
        await this.profiles.rememberInformation(server, result);
        return { kind: 'attached', result };
      }
      case 'otherRevision': {
        const { host } = new URL(session.server.url);
        const detail = `${host} did not respond to initialize as an MCP server (${refusal.status}).`;
        return { kind: 'failed', detail };
      }
      default:
        return outcome;
    }
  }
}

/** Checks whether the server refused the request itself, rather than failing or rate limiting. */
function mayBeStateless(status: number): boolean {
  return status < 500 && status !== 429;
}
