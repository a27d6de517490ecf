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
 * The streams that callers keep open for messages that belong to no call (Streamable HTTP, GET). A caller's
 * stream is opened at once, because a caller whose request for it is refused never sends another one; the
 * upstream's stream is connected to it later.
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
   * @param lastEventId the last event that the caller received before its earlier stream broke off
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
    // Messages that an upstream sends in one user's session must not reach the next user's.
    const { upstreamLeft } = session;
    if (session.isBridged) {
      await this.#listen(session, stream, AbortSignal.any([closed, upstreamLeft]));
      return;
    }
    try {
      await this.upstreams.leaveIfAccountChanged(session);
      if (upstreamLeft.aborted) return;
      // A caller must not resume another caller's stream.
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
      // The caller's stream stays open if only the upstream session was left: the next one is connected to
      // it.
      if (closed.aborted || upstreamLeft.aborted) return;
      this.log.debug(`${session.server.name}: the server's stream was interrupted.`);
    }
    // The caller reopens its stream, which also reopens the upstream's.
    stream.end();
  }

  /**
   * Forwards the changes that a server without sessions announces to its subscribers to a caller with a
   * session, which expects them on this stream.
   */
  async #listen(session: CallerSession, stream: EventStream, left: AbortSignal): Promise<void> {
    const announce = (message: JSONRPCNotification) => void stream.message(message);
    await this.listener.follow(session, listenRequest, {}, left, {
      acknowledged: (_filter, hasGap) => {
        if (hasGap) for (const message of listChangedMessages()) announce(message);
      },
      notification: announce,
      // The session itself is notified of both, and notifies the caller.
      unavailable: () => undefined,
      credentialChanged: () => undefined,
    });
  }
}
