import {
  StreamableHTTPClientTransport,
  StreamableHTTPError,
} from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { BridgePlace } from './bridgePlaces.js';

/** A transport over HTTP to one place. */
export interface BrokerTransport extends Transport {
  setProtocolVersion(version: string): void;
  /** Ends the session at the other end. */
  terminateSession(): Promise<void>;
}

/** The way to one place, and whether there still is one. */
export interface BrokerConnection {
  readonly transport: BrokerTransport;
  /** Whether the relay still listens there and still knows the key. */
  isAlive(): Promise<boolean>;
}

/**
 * @param onStreamEnd called each time an event stream ends, whatever the reason
 * @param requestHeaders sent with every request, as the revision without sessions needs them (MCP 2026-07-28)
 */
export function connectToBroker(
  { url, key }: BridgePlace,
  onStreamEnd: () => void,
  requestHeaders: Readonly<Record<string, string>> = {},
): BrokerConnection {
  // A request on a kept connection can meet a port that closes, and then it is not known whether it ran. On a
  // connection of its own it is refused, and did not run.
  const headers = { ...requestHeaders, Authorization: `Bearer ${key}`, Connection: 'close' };
  const requestInit = { headers, redirect: 'error' as const };
  const watched = async (input: string | URL, init?: RequestInit) => {
    const response = await fetch(input, init);
    if (response.body === null || !response.headers.get('content-type')?.startsWith('text/event-stream'))
      return response;
    return new Response(watch(response.body, onStreamEnd), response);
  };
  return {
    transport: new StreamableHTTPClientTransport(new URL(url), { requestInit, fetch: watched }),
    isAlive: async () => {
      try {
        // The relay admits the caller before it judges the method, to which it responds with 405.
        const { status } = await fetch(url, { ...requestInit, method: 'HEAD' });
        return status === 405;
      } catch {
        return false;
      }
    },
  };
}

/** The same body; `onEnd` is called after its end, or after it broke off. */
function watch(body: ReadableStream<Uint8Array>, onEnd: () => void): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (!done) {
          controller.enqueue(value);
          return;
        }
        controller.close();
      } catch (error) {
        controller.error(error);
      }
      onEnd();
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

/** Whether a request was not run because nothing listens at the address. */
export function isRefusedConnection(error: unknown): boolean {
  const { cause } = error as { readonly cause?: { readonly code?: unknown } };
  return cause?.code === 'ECONNREFUSED';
}

/** Whether the connection broke off before the whole response had come; `fetch` throws nothing else for it. */
export function isLostConnection(error: unknown): boolean {
  return error instanceof TypeError;
}

/** Whether a request was not run because the key, the server or the session is not known. */
export function isUnknownThere(error: unknown): boolean {
  return error instanceof StreamableHTTPError && (error.code === 404 || error.code === 403);
}

/** What a client reads about a failure of the connection. */
export function connectionTexts(error: unknown): string {
  if (error instanceof StreamableHTTPError && error.code === 429)
    return 'This agent has reached its request limit. Try again in a moment.';
  return 'The connection to the broker was lost. It is not known whether the request ran, so it was not sent again.';
}
