import type { JSONRPCNotification, JSONRPCRequest } from '@modelcontextprotocol/sdk/types.js';
import type { Log } from '../../base/log.js';
import { listChangedMessages } from '../../mcp/relayMessages.js';
import { listenMethod } from '../../mcp/statelessRevision.js';
import { everyListChange } from '../../mcp/subscription.js';
import type { EventStream } from '../callers/callerHttp.js';
import type { CallerSession } from '../callers/callerSession.js';
import { upstreamEvents } from './upstreamBody.js';
import type { UpstreamSender } from './upstreamSender.js';
import type { UpstreamListener } from './upstreamListener.js';
import type { UpstreamSessions } from './upstreamSessions.js';

const listenRequest: JSONRPCRequest = {
  jsonrpc: '2.0',
  id: 'mcp-oauth-broker/listen',
  method: listenMethod,
  params: { notifications: everyListChange },
};

/**
 * The stream that a caller keeps open for messages that belong to no call (Streamable HTTP, GET). It is open from the
 * start, because a caller that is refused once never asks again; the upstream's stream joins it when there is one.
 */
export class ServerStreams {
  constructor(
    private readonly sender: UpstreamSender,
    private readonly upstreams: UpstreamSessions,
    private readonly listener: UpstreamListener,
    private readonly log: Log,
  ) {}

  /**
   * @param closed aborted when the caller has closed the stream
   * @param lastEventId the last event that the caller got before its earlier stream broke off
   */
  open(
    session: CallerSession,
    stream: EventStream,
    closed: AbortSignal,
    lastEventId: string | undefined,
  ): void {
    const join = (after?: string) => void this.#join(session, stream, closed, after);
    session.onAttached = () => join();
    session.listenOn(stream);
    closed.addEventListener('abort', () => {
      if (!session.isListeningOn(stream)) return;
      session.listenOn(undefined);
      session.onAttached = undefined;
    });
    if (session.upstream !== undefined) join(lastEventId);
  }

  async #join(
    session: CallerSession,
    stream: EventStream,
    closed: AbortSignal,
    lastEventId: string | undefined,
  ): Promise<void> {
    // What an upstream sends in one user's session must not reach the next user's.
    const { upstreamLeft } = session;
    if (session.isBridged) {
      await this.#listen(session, stream, AbortSignal.any([closed, upstreamLeft]));
      return;
    }
    try {
      await this.upstreams.leaveIfAccountChanged(session);
      if (upstreamLeft.aborted) return;
      // Another caller's stream is not this one's to resume.
      const isOwn = lastEventId !== undefined && session.events.has(lastEventId);
      const response = await this.sender.openStream(session, {
        lastEventId: isOwn ? lastEventId : undefined,
        signal: AbortSignal.any([closed, upstreamLeft]),
      });
      // The caller's stream stays open for the relay's own messages.
      if (response === undefined) return;
      for await (const event of upstreamEvents(response)) {
        if (event.id !== undefined) session.events.add(event.id);
        await stream.send(event);
      }
    } catch {
      // The caller's stream outlives a session that was left: the next one joins it.
      if (closed.aborted || upstreamLeft.aborted) return;
      this.log.debug(`${session.server.name}: the server's stream was interrupted.`);
    }
    // The caller opens it again, and with it the upstream's.
    stream.end();
  }

  /** A server without sessions announces its changes to subscribers; a caller with a session expects them here. */
  async #listen(session: CallerSession, stream: EventStream, left: AbortSignal): Promise<void> {
    const announce = (message: JSONRPCNotification) => void stream.message(message);
    await this.listener.follow(session, listenRequest, {}, left, {
      acknowledged: (_filter, hasGap) => {
        if (hasGap) for (const message of listChangedMessages()) announce(message);
      },
      notification: announce,
      // The session itself learns of both and notifies the caller.
      unavailable: () => undefined,
      credentialChanged: () => undefined,
    });
  }
}
