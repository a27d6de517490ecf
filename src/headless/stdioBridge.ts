import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  ErrorCode,
  isJSONRPCErrorResponse,
  isJSONRPCRequest,
  SUPPORTED_PROTOCOL_VERSIONS,
  type JSONRPCMessage,
  type JSONRPCRequest,
  type RequestId,
} from '@modelcontextprotocol/sdk/types.js';
import type { Clock } from '../broker/ports.js';
import { errorMessage, resultMessage, serverErrorCode } from '../mcp/relayMessages.js';
import { declaredRevision, discoverMethod, unsupportedRevisionCode } from '../mcp/statelessRevision.js';
import { BridgeSession, cancelledRequest, type Connect, type InitializeResponse } from './bridgeSession.js';
import type { BridgePlace, BridgePlaces } from './bridgePlaces.js';
import { connectionWords, isRefusedConnection, isUnknownThere } from './brokerConnection.js';
import {
  editorIsOpen,
  initializedWithoutWindow,
  isOpenEditorCall,
  lookForWindowEvery,
  resultWithoutWindow,
} from './closedEditor.js';

/** How often the bridge looks for a window that serves, in milliseconds. */
const lookEvery = 100;

export interface StdioBridgeParts {
  readonly stdio: Transport;
  readonly places: BridgePlaces;
  readonly connect: Connect;
  /** How long a request waits for a window that serves, in milliseconds. */
  readonly patience: number;
  readonly clock: Clock;
}

/** A session, and the relay's response to its `initialize`. */
interface Entered {
  readonly session: BridgeSession;
  readonly answer: InitializeResponse;
}

/** A failure, in words for the client. */
class BridgeError extends Error {
  override readonly name: string = 'BridgeError';
}

/** No window serves. */
class NoWindow extends BridgeError {
  override readonly name = 'NoWindow';
}

/**
 * Carries messages between a client that speaks over stdio and the broker. A session that is gone, because another
 * window serves now, is begun again with what the client said at first.
 *
 * Clients get sessions only (MCP 2025-11-25 and before): a client that asks for the revision without sessions is
 * told that the method does not exist, after which it begins one. What the relay needs of the user then waits in the
 * one call, whichever revision the server speaks.
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

  constructor(private readonly parts: StdioBridgeParts) {}

  async start(): Promise<void> {
    this.parts.stdio.onmessage = (message) => void this.#fromClient(message);
    await this.parts.stdio.start();
  }

  /** Ends the session, so that what runs in it for this client is cancelled. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#session?.end();
  }

  async #fromClient(message: JSONRPCMessage): Promise<void> {
    if (isJSONRPCRequest(message)) this.#wanted.add(message.id);
    const cancelled = cancelledRequest(message);
    if (cancelled !== undefined) this.#wanted.delete(cancelled);
    try {
      if (isJSONRPCRequest(message) && this.#answersItself(message)) return;
      if (isJSONRPCRequest(message) && message.method === 'initialize') await this.#begin(message);
      else if (this.#awaitsWindow && (await this.#answersWithoutWindow(message))) return;
      else await this.#send(message);
    } catch (error) {
      if (!isJSONRPCRequest(message) || this.#isTakenBack(message)) return;
      const words = error instanceof BridgeError ? error.message : connectionWords(error);
      await this.parts.stdio.send(errorMessage(message.id, serverErrorCode, words));
    } finally {
      if (isJSONRPCRequest(message)) this.#wanted.delete(message.id);
    }
  }

  #answersItself(request: JSONRPCRequest): boolean {
    const { id, method } = request;
    const requested = declaredRevision(request);
    if (method === discoverMethod) {
      void this.parts.stdio.send(errorMessage(id, ErrorCode.MethodNotFound, 'Begin a session: initialize.'));
      return true;
    }
    if (requested === undefined) return false;
    const { error, ...rest } = errorMessage(id, unsupportedRevisionCode, 'Unsupported revision');
    const data = { supported: SUPPORTED_PROTOCOL_VERSIONS, requested };
    void this.parts.stdio.send({ ...rest, error: { ...error, data } });
    return true;
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

  /** Begins the session as soon as a window serves, after which the client is told that the tools are others. */
  #awaitWindow(initialize: JSONRPCRequest): void {
    this.parts.clock.after(lookForWindowEvery, () => {
      if (this.#isClosed || !this.#awaitsWindow || this.#initialize !== initialize) return;
      this.#enter(initialize, true, 0).catch(() => this.#awaitWindow(initialize));
    });
  }

  /** @returns whether the message needs no window */
  async #answersWithoutWindow(message: JSONRPCMessage): Promise<boolean> {
    // The session that begins later is told so by the bridge.
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
        await this.#pause();
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
    if (this.#initialize === undefined) throw new BridgeError('Begin a session first: initialize.');
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

  async #enterSomewhere(initialize: JSONRPCRequest, isAgain: boolean, patience: number): Promise<Entered> {
    const { places, clock } = this.parts;
    const until = clock.now() + patience;
    for (;;) {
      const found = await places.find();
      let unknown = 0;
      for (const place of found) {
        try {
          return await this.#enterAt(place, initialize, isAgain);
        } catch (error) {
          if (isUnknownThere(error)) unknown++;
          else if (!isRefusedConnection(error)) throw error;
        }
      }
      if (unknown > 0 && unknown === found.length) throw new BridgeError(places.texts.unknown);
      if (this.#isClosed || clock.now() >= until) throw new NoWindow(places.texts.noWindow());
      await this.#pause();
    }
  }

  async #enterAt(place: BridgePlace, initialize: JSONRPCRequest, isAgain: boolean): Promise<Entered> {
    const leave = () => {
      if (this.#session === session && !this.#isClosed) this.#renew(session).catch(() => undefined);
    };
    // The window that takes over a lasting address answers for the calls of the one before.
    const onLost = this.parts.places.isLasting ? undefined : leave;
    const session: BridgeSession = new BridgeSession(place, this.parts, onLost);
    const answer = await session.begin(initialize, isAgain);
    if (isJSONRPCErrorResponse(answer) && isAgain) throw new BridgeError(answer.error.message);
    this.#session = session;
    this.#awaitsWindow = false;
    return { session, answer };
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => void this.parts.clock.after(lookEvery, resolve));
  }
}
