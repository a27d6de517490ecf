import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  isJSONRPCErrorResponse,
  isJSONRPCNotification,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
  type JSONRPCErrorResponse,
  type JSONRPCMessage,
  type JSONRPCRequest,
  type JSONRPCResultResponse,
  type RequestId,
} from '@modelcontextprotocol/sdk/types.js';
import type { Clock } from '../../base/clock.js';
import {
  cancelledMessage,
  errorMessage,
  notificationMessage,
  serverErrorCode,
} from '../../mcp/relayMessages.js';
import type { BridgePlace, BridgePlaces } from './bridgePlaces.js';
import type { BrokerConnection } from './brokerConnection.js';

export type Connect = (
  place: BridgePlace,
  onStreamEnd: () => void,
  requestHeaders?: Readonly<Record<string, string>>,
) => BrokerConnection;
export interface StdioBridgeParts {
  readonly stdio: Transport;
  readonly places: BridgePlaces;
  readonly connect: Connect;
  /** How long a request waits for a window that serves, in milliseconds. */
  readonly patience: number;
  readonly clock: Clock;
}

export type InitializeResponse = JSONRPCResultResponse | JSONRPCErrorResponse;

/** An event that ends a stream is read a moment before what it carried is handled, in milliseconds. */
export const readingTime = 50;
/** How long the end of the session is waited for when the client has gone, in milliseconds. */
const farewell = 1_000;

/** What the client reads about a request that its window took along. */
export const brokeOff =
  'The editor window that ran this call was closed or reloaded. It is not known whether the call ran, so it was not sent again. If it waited for the user’s consent, it did not run.';

/** One session with the relay of one window, as far as the bridge has to know it. */
export class BridgeSession {
  readonly #connection: BrokerConnection;
  /** Requests of the client without a response, by whether they have been delivered. */
  readonly #pending = new Map<RequestId, 'sending' | 'delivered'>();
  /** Requests of the relay that the client has not responded to. */
  readonly #asked = new Set<RequestId>();
  readonly #begun = Promise.withResolvers<InitializeResponse>();
  /** Of the `initialize` that the bridge sends; no request of the client has it. */
  readonly #initializeId = crypto.randomUUID();
  #isOver = false;

  /** @param onLost called when the window is gone; undefined if it does not matter which window it is */
  constructor(
    readonly place: BridgePlace,
    private readonly parts: { readonly stdio: Transport; readonly connect: Connect; readonly clock: Clock },
    private readonly onLost: (() => void) | undefined,
  ) {
    this.#connection = parts.connect(place, () => this.#look());
  }

  /**
   * Begins the session with the client's first `initialize`.
   *
   * @param isAgain the client has a session already and must not notice
   * @returns the relay's response to `initialize`
   */
  async begin(initialize: JSONRPCRequest, isAgain: boolean): Promise<InitializeResponse> {
    const { transport } = this.#connection;
    transport.onmessage = (message) => this.#fromBroker(message);
    // Each failure is reported by what fails.
    transport.onerror = () => undefined;
    await transport.start();
    await transport.send({ ...initialize, id: this.#initializeId });
    const response = await this.#begun.promise;
    if (!isJSONRPCResultResponse(response)) return response;
    const { protocolVersion, capabilities } = response.result;
    if (typeof protocolVersion === 'string') transport.setProtocolVersion(protocolVersion);
    if (!isAgain) return response;
    await transport.send(notificationMessage('notifications/initialized'));
    for (const list of changingLists(capabilities))
      await this.parts.stdio.send(notificationMessage(`notifications/${list}/list_changed`));
    return response;
  }

  /**
   * Delivers a message of the client.
   *
   * @throws what the transport throws, for a message that has had no response
   */
  async deliver(message: JSONRPCMessage): Promise<void> {
    if (isResponse(message) && (message.id === undefined || !this.#asked.delete(message.id))) return;
    const cancelled = cancelledRequest(message);
    if (cancelled !== undefined) this.#pending.delete(cancelled);
    if (!isJSONRPCRequest(message)) return this.#connection.transport.send(message);
    const { id } = message;
    this.#pending.set(id, 'sending');
    try {
      await this.#connection.transport.send(message);
      if (this.#pending.has(id)) this.#pending.set(id, 'delivered');
    } catch (error) {
      // Without the id, it was cancelled and the client expects no response.
      if (this.#pending.delete(id)) throw error;
    }
  }

  /** Leaves a window that is gone: the client learns that what ran there ended without a result. */
  abandon(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const [id, state] of this.#pending) {
      // A request that is still being sent fails by itself, and may be sent again.
      if (state === 'sending') continue;
      this.#pending.delete(id);
      void this.parts.stdio.send(errorMessage(id, serverErrorCode, brokeOff));
    }
    for (const id of this.#asked)
      void this.parts.stdio.send(cancelledMessage(id, 'The editor window that asked was closed.'));
    this.#asked.clear();
    void this.#connection.transport.close();
  }

  /** Ends the session because the client has gone or begins another one. */
  async end(): Promise<void> {
    this.#isOver = true;
    const { transport } = this.#connection;
    const late = new Promise<void>((resolve) => void this.parts.clock.after(farewell, resolve));
    await Promise.race([transport.terminateSession().catch(() => undefined), late]);
    await transport.close();
  }

  #fromBroker(message: JSONRPCMessage): void {
    if (this.#isOver) return;
    if (isResponse(message)) {
      if (message.id === this.#initializeId) this.#begun.resolve(message);
      if (message.id === undefined || !this.#pending.delete(message.id)) return;
    }
    if (isJSONRPCRequest(message)) this.#asked.add(message.id);
    const takenBack = cancelledRequest(message);
    if (takenBack !== undefined) this.#asked.delete(takenBack);
    void this.parts.stdio.send(message);
  }

  /** An event stream ends with its response, and with its window. */
  #look(): void {
    if (this.onLost === undefined) return;
    this.parts.clock.after(readingTime, () => {
      if (this.#isOver) return;
      void this.#connection.isAlive().then((isAlive) => {
        if (!isAlive && !this.#isOver) this.onLost?.();
      });
    });
  }
}

export function isResponse(message: JSONRPCMessage): message is InitializeResponse {
  return isJSONRPCResultResponse(message) || isJSONRPCErrorResponse(message);
}

/** The request that a message cancels, if it cancels one (MCP, cancellation). */
export function cancelledRequest(message: JSONRPCMessage): RequestId | undefined {
  if (!isJSONRPCNotification(message) || message.method !== 'notifications/cancelled') return undefined;
  const id = message.params?.['requestId'];
  return typeof id === 'string' || typeof id === 'number' ? id : undefined;
}

/** The lists of which the server declares to announce changes. */
function changingLists(capabilities: unknown): readonly string[] {
  const declared = (capabilities ?? {}) as Partial<Record<string, { readonly listChanged?: unknown }>>;
  return ['tools', 'resources', 'prompts'].filter((list) => declared[list]?.listChanged === true);
}
