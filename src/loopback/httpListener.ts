import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Disposable } from '../base/clock.js';
import { randomInt } from 'node:crypto';

/** How long a caller's connection is kept for its next request, in milliseconds. */
const keepAlive = 60_000;

/** An HTTP listener on 127.0.0.1 that begins when it is first needed. */
export class HttpListener implements Disposable {
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

  /** Takes no further connection, and lets those that it has get their responses first. */
  disposeWhenResponded(): void {
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

/** Connections that ask nothing, or have not finished asking, at the same time. */
const mostIdle = 256;

/**
 * Keeps connections that ask nothing from taking the place of those that do: past a number, the one that has
 * been idle longest is closed for each that comes.
 */
export function boundIdleConnections(server: Server, most = mostIdle): void {
  /** In the order they became idle. */
  const idle = new Set<Socket>();
  const rest = (socket: Socket) => {
    if (socket.destroyed) return;
    idle.delete(socket);
    idle.add(socket);
    const [oldest] = idle;
    if (idle.size > most && oldest !== undefined) {
      idle.delete(oldest);
      oldest.destroy();
    }
  };
  server.on('connection', (socket: Socket) => {
    socket.once('close', () => idle.delete(socket));
    rest(socket);
  });
  server.on('request', ({ socket }: { readonly socket: Socket }, response: ServerResponse) => {
    idle.delete(socket);
    response.once('close', () => rest(socket));
  });
}

/**
 * The ports that a relay listens on if it can. VS Code forwards a port that it finds on a remote and shows a
 * notification, unless the setting `remote.portsAttributes` names the port. The setting takes ports, ranges, and
 * patterns for the process's command line (`PortsAttributes` in
 * src/vs/workbench/services/remote/common/tunnelModel.ts). An extension's process is the extension host, which also
 * serves other extensions' ports, so only a range can be named: package.json has it in `configurationDefaults`. In
 * addition to the agents' port, it is below the ports that systems use for outgoing connections.
 */
export const relayPorts = { first: 29_418, last: 29_499 } as const;

/** How many are tried before the system picks one: other windows may have them. */
const mostTries = 10;

/** The ports to try, in order; the last is 0, for any. */
export function portsToTry(): readonly number[] {
  const { first, last } = relayPorts;
  const count = last - first + 1;
  const begin = randomInt(count);
  const tries = Array.from({ length: mostTries }, (_, at) => first + ((begin + at) % count));
  return [...tries, 0];
}

/** Whether a `Host` header names this listener by a loopback name. */
export function isLoopbackAuthority(host: string | undefined, port: number): boolean {
  return host === `127.0.0.1:${port}` || host === `localhost:${port}`;
}
