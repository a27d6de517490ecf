import {
  ErrorCode,
  isJSONRPCNotification,
  isJSONRPCRequest,
  type JSONRPCMessage,
  type JSONRPCRequest,
  type RequestId,
} from '@modelcontextprotocol/sdk/types.js';
import { errorMessage, listChangedMessages, serverErrorCode } from '../../mcp/relayMessages.js';
import {
  declaredRevision,
  discoverMethod,
  listenMethod,
  statelessHeaders,
  statelessRevision,
  unsupportedRevision,
} from '../../mcp/statelessRevision.js';
import { accepts, acknowledgedFilter, inSubscription, requestedFilter } from '../../mcp/subscription.js';
import {
  brokeOff,
  cancelledRequest,
  isResponse,
  readingTime,
  type StdioBridgeParts,
} from './bridgeSession.js';
import type { BridgePlace } from './bridgePlaces.js';
import { connectionTexts } from './brokerConnection.js';
import { lookForWindowEvery } from './closedEditor.js';
import { atServingWindow, BridgeError, NoWindow, pause } from './servingWindow.js';

/**
 * Carries the requests of the revision without sessions (MCP 2026-07-28), each by itself, to the window that serves
 * now. A subscription goes on in the next window when its own is closed.
 */
export class StatelessBridge {
  /** Requests without a response. */
  readonly #running = new Map<RequestId, AbortController>();
  #isClosed = false;

  constructor(private readonly parts: StdioBridgeParts) {}

  /** @returns whether the message belongs to no session, and is taken care of here */
  takes(message: JSONRPCMessage): boolean {
    const cancelled = cancelledRequest(message);
    const running = cancelled === undefined ? undefined : this.#running.get(cancelled);
    running?.abort();
    if (running !== undefined) return true;
    if (!isJSONRPCRequest(message)) return false;
    const revision = declaredRevision(message);
    if (revision === statelessRevision) void this.#carry(message);
    else if (message.method === discoverMethod) void this.#send(beginSession(message));
    else if (revision !== undefined) void this.#send(unsupportedRevision(message));
    else return false;
    return true;
  }

  close(): void {
    this.#isClosed = true;
    for (const running of this.#running.values()) running.abort();
  }

  async #carry(request: JSONRPCRequest): Promise<void> {
    const cancelled = new AbortController();
    const { signal } = cancelled;
    this.#running.set(request.id, cancelled);
    try {
      if (request.method === listenMethod) await this.#listen(request, signal);
      else if (!(await this.#exchange(request, signal, (message) => this.#send(message))))
        throw new BridgeError(brokeOff);
    } catch (error) {
      if (!signal.aborted) await this.#send(failure(request, error));
    } finally {
      this.#running.delete(request.id);
    }
  }

  async #listen(request: JSONRPCRequest, signal: AbortSignal): Promise<void> {
    let isAcknowledged = false;
    const handOn = (message: JSONRPCMessage) => {
      const isAgain = isAcknowledged && isAcknowledgement(message);
      isAcknowledged ||= isAcknowledgement(message);
      if (!isAgain) return this.#send(message);
      // The client knows that it listens, and not what changed while no window did.
      const filter = requestedFilter(request) ?? {};
      const missed = listChangedMessages().filter(({ method }) => accepts(filter, method));
      return Promise.all(missed.map((one) => this.#send(inSubscription(request.id, one))));
    };
    while (!signal.aborted) {
      try {
        if (await this.#exchange(request, signal, handOn)) return;
      } catch (error) {
        if (!(error instanceof NoWindow)) throw error;
        await pause(this.parts.clock, lookForWindowEvery);
      }
    }
  }

  /** @returns false if the window was closed before it responded */
  #exchange(
    request: JSONRPCRequest,
    signal: AbortSignal,
    handOn: (message: JSONRPCMessage) => Promise<unknown>,
  ): Promise<boolean> {
    const isOver = () => this.#isClosed || signal.aborted;
    return atServingWindow({ ...this.parts, isOver }, (place) =>
      this.#exchangeAt(place, request, signal, handOn),
    );
  }

  async #exchangeAt(
    place: BridgePlace,
    request: JSONRPCRequest,
    signal: AbortSignal,
    handOn: (message: JSONRPCMessage) => Promise<unknown>,
  ): Promise<boolean> {
    const { connect, clock } = this.parts;
    const ended = Promise.withResolvers<boolean>();
    // What the stream carried last is handled a moment after its end.
    const onStreamEnd = () => void clock.after(readingTime, () => ended.resolve(false));
    const { transport } = connect(place, onStreamEnd, statelessHeaders(request));
    const cancel = () => ended.resolve(true);
    signal.addEventListener('abort', cancel, { once: true });
    if (signal.aborted) cancel();
    transport.onmessage = (message) => {
      void handOn(message);
      if (isResponse(message)) ended.resolve(true);
    };
    // Each failure is reported by what fails.
    transport.onerror = () => undefined;
    try {
      await transport.start();
      await transport.send(request);
      return await ended.promise;
    } finally {
      signal.removeEventListener('abort', cancel);
      await transport.close();
    }
  }

  #send(message: JSONRPCMessage): Promise<void> {
    return this.parts.stdio.send(message);
  }
}

function isAcknowledgement(message: JSONRPCMessage): boolean {
  return isJSONRPCNotification(message) && acknowledgedFilter(message) !== undefined;
}

function failure(request: JSONRPCRequest, error: unknown): JSONRPCMessage {
  // In a session, the client learns what to do while no window serves.
  if (request.method === discoverMethod && error instanceof NoWindow) return beginSession(request);
  const { id } = request;
  return errorMessage(
    id,
    serverErrorCode,
    error instanceof BridgeError ? error.message : connectionTexts(error),
  );
}

function beginSession({ id }: JSONRPCRequest): JSONRPCMessage {
  return errorMessage(id, ErrorCode.MethodNotFound, 'Start a session with initialize first.');
}
