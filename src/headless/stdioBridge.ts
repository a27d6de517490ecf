import { StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  isJSONRPCRequest,
  isJSONRPCResultResponse,
  type JSONRPCMessage,
  type JSONRPCRequest,
} from '@modelcontextprotocol/sdk/types.js';
import { errorMessage, notificationMessage, serverErrorCode } from '../mcp/relayMessages.js';

/** Another window takes over within this time, in milliseconds. */
const takeOver = 2_000;
const askAgainEvery = 100;

/** A transport over HTTP, which has to be told what was agreed on. */
export interface BrokerTransport extends Transport {
  setProtocolVersion(version: string): void;
}

/**
 * Carries messages between a client that speaks over stdio and the broker. A session that is gone, because another
 * window serves now, is begun again with what the client said at first; the client notices nothing.
 */
export class StdioBridge {
  #http: BrokerTransport | undefined;
  #initialize: JSONRPCRequest | undefined;
  #renewal: Promise<void> | undefined;

  constructor(
    private readonly stdio: Transport,
    private readonly connect: () => BrokerTransport,
  ) {}

  async start(): Promise<void> {
    this.stdio.onmessage = (message) => void this.#fromClient(message);
    await this.stdio.start();
  }

  async close(): Promise<void> {
    await this.#http?.close();
  }

  async #fromClient(message: JSONRPCMessage): Promise<void> {
    if (isJSONRPCRequest(message) && message.method === 'initialize') this.#initialize = message;
    try {
      await this.#send(message);
    } catch (error) {
      if (isJSONRPCRequest(message))
        await this.stdio.send(errorMessage(message.id, serverErrorCode, words(error)));
    }
  }

  async #send(message: JSONRPCMessage): Promise<void> {
    await this.#renewal;
    const http = this.#http ?? (await this.#open());
    try {
      await this.#patiently(() => http.send(message));
    } catch (error) {
      const isGone = error instanceof StreamableHTTPError && error.code === 404;
      if (!isGone || this.#initialize === undefined || message === this.#initialize) throw error;
      // It was not run: the session it was sent in is not known.
      await (this.#renewal ??= this.#renew().finally(() => (this.#renewal = undefined)));
      await this.#http?.send(message);
    }
  }

  /** Where nobody listens, nothing was sent: another window is about to. */
  async #patiently(send: () => Promise<void>): Promise<void> {
    for (let waited = 0; ; waited += askAgainEvery) {
      try {
        await send();
        return;
      } catch (error) {
        if (!isRefusedConnection(error) || waited >= takeOver) throw error;
        await new Promise((resolve) => setTimeout(resolve, askAgainEvery));
      }
    }
  }

  async #open(): Promise<BrokerTransport> {
    const http = this.connect();
    this.#http = http;
    http.onmessage = (message) => this.#fromBroker(http, message);
    // Failures are told by what fails.
    http.onerror = () => undefined;
    await http.start();
    return http;
  }

  #fromBroker(http: BrokerTransport, message: JSONRPCMessage): void {
    if (isJSONRPCResultResponse(message) && message.id === this.#initialize?.id) agree(http, message.result);
    void this.stdio.send(message);
  }

  /** Says the client's `initialize` again, in a session of its own. */
  async #renew(): Promise<void> {
    const initialize = this.#initialize;
    await this.#http?.close();
    const http = await this.#open();
    if (initialize === undefined) return;
    const answered = Promise.withResolvers<undefined>();
    const id = crypto.randomUUID();
    http.onmessage = (message) => {
      if (!isJSONRPCResultResponse(message) || message.id !== id) return;
      agree(http, message.result);
      answered.resolve(undefined);
    };
    await this.#patiently(() => http.send({ ...initialize, id }));
    await answered.promise;
    http.onmessage = (message) => this.#fromBroker(http, message);
    await http.send(notificationMessage('notifications/initialized'));
  }
}

function agree(http: BrokerTransport, { protocolVersion }: Readonly<Record<string, unknown>>): void {
  if (typeof protocolVersion === 'string') http.setProtocolVersion(protocolVersion);
}

function isRefusedConnection(error: unknown): boolean {
  const { cause } = error as { readonly cause?: { readonly code?: unknown } };
  return cause?.code === 'ECONNREFUSED';
}

function words(error: unknown): string {
  if (isRefusedConnection(error))
    return 'No editor window serves agents now. Open the editor and call again.';
  const code = error instanceof StreamableHTTPError ? error.code : undefined;
  if (code === 404)
    return 'The broker does not know this key or this server; the agent may have been withdrawn.';
  if (code === 429) return 'This agent sends more than it may; try again in a moment.';
  return 'The connection to the broker broke. It is not known whether the request ran, so it was not sent again.';
}
