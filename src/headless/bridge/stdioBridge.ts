import {
  isJSONRPCErrorResponse,
  isJSONRPCRequest,
  type JSONRPCMessage,
  type JSONRPCRequest,
  type RequestId,
} from '@modelcontextprotocol/sdk/types.js';
import { errorMessage, resultMessage, serverErrorCode } from '../../mcp/relayMessages.js';
import {
  BridgeSession,
  cancelledRequest,
  type InitializeResponse,
  type StdioBridgeParts,
} from './bridgeSession.js';
import type { BridgePlace } from './bridgePlaces.js';
import { connectionTexts, isRefusedConnection, isUnknownThere } from './brokerConnection.js';
import {
  editorIsOpen,
  initializedWithoutWindow,
  isOpenEditorCall,
  lookForWindowEvery,
  resultWithoutWindow,
} from './closedEditor.js';
import { atServingWindow, BridgeError, NoWindow, pause } from './servingWindow.js';
import { StatelessBridge } from './statelessBridge.js';

/** A session, and the relay's response to its `initialize`. */
interface Entered {
  readonly session: BridgeSession;
  readonly answer: InitializeResponse;
}

/**
 * Carries messages between a client that speaks over stdio and the broker. A session that is gone, because another
 * window serves now, is begun again with the client's first `initialize`. Requests of the revision without sessions
 * (MCP 2026-07-28) go each by itself.
 */
export class StdioBridge {
  #session: BridgeSession | undefined;
  #initialize: JSONRPCRequest | undefined;
  #beginning: Promise<Entered> | undefined;
  /** Requests of the client that have not been delivered, nor cancelled. */
  readonly #wanted = new Set<RequestId>();
  #isClosed = false;
  /** The client has a session here that no window has had yet. */
  #awaitsWindow = false;

  readonly #stateless: StatelessBridge;

  constructor(private readonly parts: StdioBridgeParts) {
    this.#stateless = new StatelessBridge(parts);
  }

  async start(): Promise<void> {
    this.parts.stdio.onmessage = (message) => void this.#fromClient(message);
    await this.parts.stdio.start();
  }

  /** Ends the session, so that what runs in it for this client is cancelled. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stateless.close();
    await this.#session?.end();
  }

  async #fromClient(message: JSONRPCMessage): Promise<void> {
    if (this.#stateless.takes(message)) return;
    if (isJSONRPCRequest(message)) this.#wanted.add(message.id);
    const cancelled = cancelledRequest(message);
    if (cancelled !== undefined) this.#wanted.delete(cancelled);
    try {
      if (isJSONRPCRequest(message) && message.method === 'initialize') await this.#begin(message);
      else if (this.#awaitsWindow && (await this.#answersWithoutWindow(message))) return;
      else await this.#send(message);
    } catch (error) {
      if (!isJSONRPCRequest(message) || this.#isTakenBack(message)) return;
      const words = error instanceof BridgeError ? error.message : connectionTexts(error);
      await this.parts.stdio.send(errorMessage(message.id, serverErrorCode, words));
    } finally {
      if (isJSONRPCRequest(message)) this.#wanted.delete(message.id);
    }
  }

  async #begin(initialize: JSONRPCRequest): Promise<void> {
    this.#initialize = initialize;
    await this.#session?.end();
    this.#session = undefined;
    this.#awaitsWindow = false;
    try {
      const { answer } = await this.#enter(initialize, false);
      await this.parts.stdio.send({ ...answer, id: initialize.id });
    } catch (error) {
      if (!(error instanceof NoWindow) || !this.parts.places.isLasting) throw error;
      this.#awaitsWindow = true;
      await this.parts.stdio.send(resultMessage(initialize.id, initializedWithoutWindow(initialize)));
      this.#awaitWindow(initialize);
    }
  }

  /** Begins the session as soon as a window serves, and then announces to the client that the tools have changed. */
  #awaitWindow(initialize: JSONRPCRequest): void {
    this.parts.clock.after(lookForWindowEvery, () => {
      if (this.#isClosed || !this.#awaitsWindow || this.#initialize !== initialize) return;
      this.#enter(initialize, true, 0).catch(() => this.#awaitWindow(initialize));
    });
  }

  /** @returns whether the message needs no window */
  async #answersWithoutWindow(message: JSONRPCMessage): Promise<boolean> {
    // The bridge itself sends what the later session needs to know.
    if (!isJSONRPCRequest(message)) return true;
    if (isOpenEditorCall(message)) {
      await this.#current();
      await this.parts.stdio.send(resultMessage(message.id, editorIsOpen()));
      return true;
    }
    const result = resultWithoutWindow(message);
    if (result !== undefined) await this.parts.stdio.send(resultMessage(message.id, result));
    return result !== undefined;
  }

  async #send(message: JSONRPCMessage): Promise<void> {
    const session = await this.#current();
    if (this.#isTakenBack(message)) return;
    try {
      await this.#deliver(session, message);
    } catch (error) {
      if (!isRefusedConnection(error) && !isUnknownThere(error)) throw error;
      // It was not run. What responds to or cancels something in a session that is gone has no place in another one.
      if (!isJSONRPCRequest(message)) return;
      const next = await this.#renew(session);
      if (!this.#isTakenBack(message)) await next.deliver(message);
    }
  }

  /** Whether the client has cancelled a request that waited for a window. */
  #isTakenBack(message: JSONRPCMessage): boolean {
    return isJSONRPCRequest(message) && !this.#wanted.has(message.id);
  }

  /** At an address that another window takes over, the session goes on there. */
  async #deliver(session: BridgeSession, message: JSONRPCMessage): Promise<void> {
    const until = this.parts.clock.now() + this.parts.patience;
    for (;;) {
      try {
        await session.deliver(message);
        return;
      } catch (error) {
        if (!this.parts.places.isLasting || !isRefusedConnection(error)) throw error;
        // Then a session begins at the other address.
        if (await this.#hasMoved(session)) throw error;
        if (this.parts.clock.now() >= until) throw new BridgeError(this.parts.places.texts.noWindow());
        await pause(this.parts.clock);
      }
    }
  }

  async #hasMoved({ place }: BridgeSession): Promise<boolean> {
    const found = await this.parts.places.find();
    return found.length > 0 && !found.some(({ url }) => url === place.url);
  }

  async #current(): Promise<BridgeSession> {
    if (this.#beginning !== undefined) return (await this.#beginning).session;
    if (this.#session !== undefined) return this.#session;
    if (this.#initialize === undefined) throw new BridgeError('Start a session with initialize first.');
    return (await this.#enter(this.#initialize, true)).session;
  }

  /** Begins a session in place of one that is gone; requests that notice at the same time share it. */
  #renew(gone: BridgeSession): Promise<BridgeSession> {
    if (this.#session === gone) {
      this.#session = undefined;
      gone.abandon();
    }
    return this.#current();
  }

  #enter(initialize: JSONRPCRequest, isAgain: boolean, patience = this.parts.patience): Promise<Entered> {
    this.#beginning ??= this.#enterSomewhere(initialize, isAgain, patience).finally(
      () => (this.#beginning = undefined),
    );
    return this.#beginning;
  }

  #enterSomewhere(initialize: JSONRPCRequest, isAgain: boolean, patience: number): Promise<Entered> {
    // Nothing has run in a session that is lost while it begins.
    const search = { ...this.parts, patience, isOver: () => this.#isClosed, isRepeatable: true };
    return atServingWindow(search, (place) => this.#enterAt(place, initialize, isAgain));
  }

  async #enterAt(place: BridgePlace, initialize: JSONRPCRequest, isAgain: boolean): Promise<Entered> {
    const leave = () => {
      if (this.#session === session && !this.#isClosed) this.#renew(session).catch(() => undefined);
    };
    // The window that takes over a lasting address responds to the calls of the one before.
    const onLost = this.parts.places.isLasting ? undefined : leave;
    const session: BridgeSession = new BridgeSession(place, this.parts, onLost);
    const answer = await session.begin(initialize, isAgain);
    if (isJSONRPCErrorResponse(answer) && isAgain) throw new BridgeError(answer.error.message);
    this.#session = session;
    this.#awaitsWindow = false;
    return { session, answer };
  }
}
