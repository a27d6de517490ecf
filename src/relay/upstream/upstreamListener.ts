import type { IncomingHttpHeaders } from 'node:http';
import {
  isJSONRPCErrorResponse,
  isJSONRPCNotification,
  isJSONRPCResultResponse,
  type JSONRPCNotification,
  type JSONRPCRequest,
} from '@modelcontextprotocol/sdk/types.js';
import { actorOf } from '../../broker/accounts/credential.js';
import type { CredentialStore } from '../../broker/accounts/credentialStore.js';
import type { Clock } from '../../base/clock.js';
import { delay, untilAborted } from '../../base/abort.js';
import { acknowledgedFilter, isEmpty, type SubscriptionFilter } from '../../mcp/subscription.js';
import { discardBody } from '../../oauth/boundedFetch.js';
import { parseJson, isEventStream, upstreamEvents } from './upstreamBody.js';
import type { CallerSession } from '../callers/callerSession.js';
import type { UpstreamSender } from './upstreamSender.js';

/** The shortest and longest pause before an interrupted subscription is started again, in milliseconds. */
const shortestPause = 1_000;
const longestPause = 30_000;

/** The events of the server's subscription that a caller's subscription receives. */
export interface ListenerEvents {
  /** @param hasGap whether changes may have been missed since the caller subscribed */
  acknowledged(filter: SubscriptionFilter, hasGap: boolean): void;
  /** Called if the server does not support subscriptions, cannot be reached, or no account is signed in. */
  unavailable(): void;
  notification(message: JSONRPCNotification): void;
  /** @param isOtherAccount whether the next request uses another account than the last one, or none */
  credentialChanged(isOtherAccount: boolean): void;
}

/** How one subscription at the server ended, or why it did not start. */
type Ending = 'ended' | 'unavailable' | 'needsConsent' | 'broken';

/**
 * Subscribes at a server without sessions (MCP 2026-07-28, `subscriptions/listen`) for as long as a caller is
 * subscribed here. It subscribes again if the account changes, or if the connection breaks off.
 */
export class UpstreamListener {
  constructor(
    private readonly sender: UpstreamSender,
    private readonly credentials: CredentialStore,
    private readonly clock: Clock,
  ) {}

  /**
   * @param request the `subscriptions/listen` request to send
   * @param signal aborted when the caller ends its subscription
   * @returns when the server has ended the subscription, or the caller has
   */
  async follow(
    session: CallerSession,
    request: JSONRPCRequest,
    headers: IncomingHttpHeaders,
    signal: AbortSignal,
    events: ListenerEvents,
  ): Promise<void> {
    let breaks = 0;
    let hasGap = false;
    while (!signal.aborted) {
      const account = await this.#watchAccount(session, events);
      try {
        const current = AbortSignal.any([signal, account.changed]);
        let honored: SubscriptionFilter | undefined;
        const ending = await this.#listen(session, request, headers, current, (message) => {
          const filter = acknowledgedFilter(message);
          if (filter === undefined) {
            events.notification(message);
            return;
          }
          honored = filter;
          events.acknowledged(filter, hasGap);
          breaks = 0;
          hasGap = false;
        });
        if (current.aborted) continue;
        // A server that accepts none of the requested notifications ends the subscription at once, but the
        // relay still announces changes.
        if (ending === 'ended' && honored !== undefined && !isEmpty(honored)) return;
        events.unavailable();
        // Another account has different lists, which are all announced when it is first used.
        hasGap = await this.#untilWorthAnother(ending, breaks++, session, current).then(
          () => true,
          () => false,
        );
      } finally {
        account.dispose();
      }
    }
  }

  /**
   * Resolves when the same account may get a different response.
   *
   * @throws the signal's reason, if the account changes or the caller ends its subscription
   */
  async #untilWorthAnother(
    ending: Ending,
    breaks: number,
    session: CallerSession,
    signal: AbortSignal,
  ): Promise<void> {
    if (ending === 'broken') return delay(this.clock, pauseAfter(breaks), signal);
    const renewed = Promise.withResolvers<void>();
    const subscription = this.credentials.onDidChange((url) => {
      if (ending === 'needsConsent' && url === session.server.url) renewed.resolve();
    });
    try {
      await untilAborted(renewed.promise, signal);
    } finally {
      subscription.dispose();
    }
  }

  async #listen(
    session: CallerSession,
    request: JSONRPCRequest,
    headers: IncomingHttpHeaders,
    signal: AbortSignal,
    onNotification: (message: JSONRPCNotification) => void,
  ): Promise<Ending> {
    try {
      const outcome = await this.sender.send(session, 'POST', request, { callerHeaders: headers, signal });
      if (outcome.kind === 'failed') return 'broken';
      if (outcome.kind !== 'response') return 'needsConsent';
      const { response } = outcome;
      if (!response.ok || !isEventStream(response)) {
        await discardBody(response);
        return response.status >= 500 || response.status === 429 ? 'broken' : 'unavailable';
      }
      for await (const event of upstreamEvents(response)) {
        const message = parseJson(event.data);
        if (isJSONRPCNotification(message)) onNotification(message);
        else if (isJSONRPCResultResponse(message)) return 'ended';
        else if (isJSONRPCErrorResponse(message)) return 'unavailable';
      }
    } catch {
      // The subscription broke off, or the signal shows that the caller ended it or the account changed.
    }
    return 'broken';
  }

  /** Watches which account the next request uses. */
  async #watchAccount(session: CallerSession, events: ListenerEvents) {
    const changed = new AbortController();
    const current = async () =>
      actorOf(await this.credentials.get(session.server.url, session.caller.account));
    const before = current().catch(() => undefined);
    const subscription = this.credentials.onDidChange((url) => {
      if (url === session.server.url) void look();
    });
    const look = async () => {
      const was = await before;
      // Storage that cannot be read now is read again at the next change.
      const now = await current().catch(() => was);
      if (changed.signal.aborted) return;
      const isOther = now !== was;
      if (isOther) changed.abort();
      events.credentialChanged(isOther);
    };
    await before;
    return { changed: changed.signal, dispose: () => subscription.dispose() };
  }
}

/** @param breaks the number of consecutive times that the subscription has broken off */
function pauseAfter(breaks: number): number {
  return Math.min(shortestPause * 2 ** breaks, longestPause);
}
