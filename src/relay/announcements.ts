import { ErrorCode, type JSONRPCNotification, type JSONRPCRequest } from '@modelcontextprotocol/sdk/types.js';
import type { Clock } from '../base/clock.js';
import { listChangedMessages, toolsChangedMessage } from '../mcp/relayMessages.js';
import {
  accepts,
  acknowledgement,
  endOfSubscription,
  inSubscription,
  isEmpty,
  listChangesOf,
  requestedFilter,
  union,
  type SubscriptionFilter,
} from '../mcp/subscription.js';
import type { InFlightRequest } from './callers/inFlightRequest.js';
import type { CallerSession } from './callers/callerSession.js';
import { seesSomeTools } from './calls/toolLists.js';
import type { ToolTitles } from './calls/toolTitles.js';
import type { CallerSessions } from './callers/callerSessions.js';
import type { UpstreamListener } from './upstream/upstreamListener.js';
import type { UpstreamSessions } from './upstream/upstreamSessions.js';

/** Longest wait for the server's acknowledgement before the relay acknowledges by itself, in milliseconds. */
const acknowledgeDeadline = 5_000;

/** Announces to callers, in their sessions and in their subscriptions, that what they have listed is outdated. */
export class Announcements {
  constructor(
    private readonly sessions: CallerSessions,
    private readonly upstreams: UpstreamSessions,
    private readonly subscriptions: Subscriptions,
    private readonly titles: ToolTitles,
  ) {}

  /**
   * After a sign-in began, was renewed or ended: leaves the upstream sessions of accounts that no longer act, and
   * announces every list to the callers in whose session the relay responds alone. Subscriptions watch their own account.
   */
  async serverChanged(serverUrl: string): Promise<void> {
    for (const session of this.sessions.at(serverUrl)) {
      // Storage that cannot be read now is read again before the next request is sent.
      await this.upstreams.leaveIfAccountChanged(session).catch(() => undefined);
      // A request that waits for this very change notifies the caller on its own stream.
      if (session.upstream !== undefined || session.running.size > 0) await this.#announceTitles(session);
      else for (const message of listChangedMessages()) session.push(message);
    }
  }

  /** To the callers whose lists of a server's tools name other access than there is now. */
  async accessChanged(serverUrl: string): Promise<void> {
    for (const session of this.sessions.at(serverUrl)) await this.#announceTitles(session);
    await this.subscriptions.accessChanged(serverUrl);
  }

  /** To every caller. */
  toolsChanged(): void {
    for (const session of this.sessions.all) session.push(toolsChangedMessage);
    this.subscriptions.toolsChanged();
  }

  /** Storage that cannot be read now is read again at the next change. */
  async #announceTitles(session: CallerSession): Promise<void> {
    if (await this.titles.areOutdated(session).catch(() => false)) session.push(toolsChangedMessage);
  }
}

/**
 * Responds to `subscriptions/listen` (MCP 2026-07-28). The subscription is the relay's own: it begins while the user is
 * signed out, carries what the server announces while there is a sign-in, and announces by itself that lists have
 * changed when another account acts, when access changes and when a rule does.
 */
export class Subscriptions {
  readonly #open = new Set<Subscription>();

  constructor(
    private readonly upstream: UpstreamListener,
    private readonly titles: ToolTitles,
    private readonly clock: Clock,
  ) {}

  /** Resolves when the subscription has ended. */
  async listen(inFlight: InFlightRequest): Promise<void> {
    const { session, signal } = inFlight;
    const requested = requestedFilter(inFlight.request);
    if (requested === undefined) {
      inFlight.fail(
        ErrorCode.InvalidParams,
        'params.notifications must be an object with the kinds of notifications to receive.',
      );
      return;
    }
    if (!inFlight.acceptsEventStream) {
      inFlight.fail(
        ErrorCode.InvalidRequest,
        'A subscription requires a client that accepts text/event-stream.',
      );
      return;
    }
    const subscription = new Subscription(inFlight, permitted(session, requested));
    this.#open.add(subscription);
    const late = this.clock.after(acknowledgeDeadline, () => subscription.acknowledge({}));
    try {
      await this.#noteTitles(session);
      await this.upstream.follow(session, subscription.request, inFlight.incoming.headers, signal, {
        acknowledged: (filter, hasGap) => {
          // The server knows who calls, so that its own list is the one that counts.
          if (session.offeredSignIn) {
            session.offeredSignIn = false;
            void this.#noteTitles(session);
          }
          subscription.acknowledge(filter);
          if (hasGap) subscription.announceAll();
        },
        unavailable: () => subscription.acknowledge({}),
        notification: (message) => subscription.announce(message),
        credentialChanged: (isOtherAccount) => void this.#credentialChanged(subscription, isOtherAccount),
      });
      subscription.end();
    } finally {
      late.dispose();
      this.#open.delete(subscription);
    }
  }

  /** Announces other tools to the callers at a server that were listed titles with other access than there is now. */
  async accessChanged(serverUrl: string): Promise<void> {
    for (const subscription of this.#open)
      if (subscription.session.server.url === serverUrl) await this.#announceTitles(subscription);
  }

  /** Announces other tools to every caller. */
  toolsChanged(): void {
    for (const subscription of this.#open) subscription.announce(toolsChangedMessage);
  }

  dispose(): void {
    for (const subscription of this.#open) subscription.end();
  }

  async #credentialChanged(subscription: Subscription, isOtherAccount: boolean): Promise<void> {
    if (!isOtherAccount) {
      await this.#announceTitles(subscription);
      return;
    }
    await this.#noteTitles(subscription.session);
    subscription.announceAll();
  }

  /** Storage that cannot be read now is read again at the next change. */
  async #noteTitles(session: CallerSession): Promise<void> {
    await this.titles.noteTitles(session).catch(() => undefined);
  }

  async #announceTitles({ session, announce }: Subscription): Promise<void> {
    if (await this.titles.areOutdated(session).catch(() => false)) announce(toolsChangedMessage);
  }
}

/** One caller that listens. */
class Subscription {
  readonly #own: SubscriptionFilter;
  #isAcknowledged = false;

  constructor(
    private readonly inFlight: InFlightRequest,
    private readonly filter: SubscriptionFilter,
  ) {
    this.#own = listChangesOf(filter);
  }

  get session(): CallerSession {
    return this.inFlight.session;
  }

  /** The request as the server gets it. */
  get request(): JSONRPCRequest {
    const { request } = this.inFlight;
    return { ...request, params: { ...request.params, notifications: { ...this.filter } } };
  }

  /** @param byServer what the server will announce; the first acknowledgement counts */
  acknowledge(byServer: SubscriptionFilter): void {
    if (this.#isAcknowledged || this.inFlight.signal.aborted) return;
    this.#isAcknowledged = true;
    const honored = union(this.#own, byServer);
    void this.inFlight.stream().message(acknowledgement(this.inFlight.request.id, honored));
    if (isEmpty(honored)) this.end();
  }

  /** Sends a notification if the caller asked for its kind; before the acknowledgement, nothing was listed yet. */
  readonly announce = (message: JSONRPCNotification): void => {
    if (!this.#isAcknowledged || this.inFlight.response.writableEnded) return;
    if (!accepts(this.filter, message.method)) return;
    void this.inFlight.stream().message(inSubscription(this.inFlight.request.id, message));
  };

  announceAll(): void {
    for (const message of listChangedMessages()) this.announce(message);
  }

  end(): void {
    const { inFlight } = this;
    // The caller has left, or its key was revoked: it gets no result.
    if (inFlight.signal.aborted) inFlight.response.end();
    else inFlight.respond(endOfSubscription(inFlight.request.id));
  }
}

/** An agent that was admitted to some tools only hears of tools. */
function permitted({ caller }: CallerSession, filter: SubscriptionFilter): SubscriptionFilter {
  if (!seesSomeTools(caller)) return filter;
  return filter.toolsListChanged === true ? { toolsListChanged: true } : {};
}
