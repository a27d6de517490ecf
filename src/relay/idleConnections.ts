import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

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
