import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Disposable } from '../broker/ports.js';

/** How long a caller's connection is kept for its next request, in milliseconds. */
const keepAlive = 60_000;

/** An HTTP listener on 127.0.0.1 that begins when it is first needed. */
export class LoopbackListener implements Disposable {
  #listening: Promise<{ readonly server: Server; readonly port: number }> | undefined;
  #disposed = false;

  constructor(
    private readonly onRequest: (request: IncomingMessage, response: ServerResponse, port: number) => void,
    /** The ports to try, in order; 0 is any that the system picks. */
    private readonly ports: readonly number[] = [0],
  ) {}

  /** @returns `http://127.0.0.1:PORT` */
  async baseUrl(): Promise<string> {
    if (this.#disposed) throw new Error('The relay has been closed.');
    // What could not be had once, such as a free file handle, may be had the next time.
    this.#listening ??= this.#listen().catch((error: unknown) => {
      this.#listening = undefined;
      throw error;
    });
    return `http://127.0.0.1:${(await this.#listening).port}`;
  }

  dispose(): void {
    this.#disposed = true;
    const close = ({ server }: { readonly server: Server }) => {
      server.close();
      server.closeAllConnections();
    };
    void this.#listening?.then(close, () => undefined);
  }

  /** Takes no further connection, and lets those it has be answered first. */
  disposeWhenAnswered(): void {
    this.#disposed = true;
    void this.#listening?.then(
      ({ server }) => server.close(),
      () => undefined,
    );
  }

  /** @throws the error of the last port */
  async #listen(): Promise<{ readonly server: Server; readonly port: number }> {
    const server = createServer((request, response) => {
      this.onRequest(request, response, (server.address() as AddressInfo).port);
    });
    // Calls wait for people; how long, the relay decides for each.
    server.requestTimeout = 0;
    server.keepAliveTimeout = keepAlive;
    let refused: unknown;
    for (const port of this.ports) {
      try {
        return { server, port: await listenAt(server, port) };
      } catch (error) {
        refused = error;
      }
    }
    throw refused;
  }
}

/** @returns the port it listens on */
function listenAt(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}
