import { request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Disposable } from '../../base/clock.js';
import type { Redacted } from '../../base/redacted.js';
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** The process that holds the agents' port. */
export type Holder =
  /** A window of the same user on this machine; the connection to it ends when it closes. */
  | ({ readonly kind: 'ours'; readonly ended: Promise<void> } & Disposable)
  | { readonly kind: 'foreign' }
  /**
   * The process identifies itself as a broker but cannot prove to be one of the user's windows: it is behind
   * a tunnel, or belongs to another editor on this machine.
   */
  | { readonly kind: 'otherMachine' | 'otherBroker' }
  /** The process ended before it responded. */
  | { readonly kind: 'gone' }
  /**
   * The process accepted the connection but sends nothing: it is another program, or an unresponsive window.
   */
  | { readonly kind: 'silent' };

/** The longest wait for a window, in milliseconds; a responsive window responds immediately. */
const patience = 3_000;
/** The most windows that wait to take over. */
const mostWaiting = 100;

export const standbyPath = '/standby';

/**
 * Asks the process that holds the port to prove that it is a window of the same user. No key is sent to it. A
 * port that an editor has forwarded from another machine leads to that machine's broker, which must not be
 * accepted: agents here would use the accounts that are signed in there.
 */
export function askHolder(port: number, secret: Redacted): Promise<Holder> {
  const nonce = newNonce();
  const ended = Promise.withResolvers<undefined>();
  const asked = request({
    host: '127.0.0.1',
    port,
    path: standbyPath,
    agent: false,
    headers: { [nonceHeader]: nonce, [proofHeader]: proofOf('asker', secret, { port, nonce }) },
  });
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      resolve({ kind: 'silent' });
      asked.destroy();
    }, patience);
    asked.once('close', () => {
      clearTimeout(timer);
      ended.resolve(undefined);
      resolve({ kind: 'gone' });
    });
    // `close` reports the error as well.
    asked.on('error', () => undefined);
    asked.once('response', (response) => {
      clearTimeout(timer);
      response.on('error', () => undefined);
      response.resume();
      const { [proofHeader]: proof, [peerHeader]: peer } = response.headers;
      const isDirect = peer === String(response.socket.localPort);
      if (isDirect && isProof(proof, 'holder', secret, { port, nonce, peer })) {
        resolve({ kind: 'ours', ended: ended.promise, dispose: () => asked.destroy() });
        return;
      }
      if (peer === undefined) resolve({ kind: 'foreign' });
      else resolve({ kind: isDirect ? 'otherBroker' : 'otherMachine' });
      asked.destroy();
    });
    asked.end();
  });
}

/**
 * The holder's side: keeps waiting windows connected, so that they notice immediately when this one closes.
 */
export class StandbyWindows {
  #waiting = 0;

  /**
   * Identifies itself to every process as a broker. This proves nothing, but lets other brokers distinguish
   * it from other programs.
   *
   * @returns whether the request came from a window of the same user
   */
  respond(request: IncomingMessage, response: ServerResponse, port: number, secret: Redacted): boolean {
    const { [nonceHeader]: nonce, [proofHeader]: proof } = request.headers;
    const peer = String(request.socket.remotePort);
    response.setHeader(peerHeader, peer);
    if (!isProof(proof, 'asker', secret, { port, nonce }) || this.#waiting >= mostWaiting) return false;
    this.#waiting++;
    response.once('close', () => this.#waiting--);
    response.writeHead(200, { [proofHeader]: proofOf('holder', secret, { port, nonce, peer }) });
    response.flushHeaders();
    return true;
  }
}

/** The side of the connection that proves its identity. A proof of one side is not valid for the other. */
type Side = 'holder' | 'asker';

const nonceHeader = 'mcp-oauth-broker-nonce';
const proofHeader = 'mcp-oauth-broker-proof';
/**
 * The header with the port from which the holder received the connection; a tunnel between the two sides
 * changes this port.
 */
const peerHeader = 'mcp-oauth-broker-peer';

export function newNonce(): string {
  return randomBytes(32).toString('base64url');
}

/** The facts that a proof is bound to. */
export interface Proven {
  /** The port of the holder. */
  readonly port: number;
  readonly nonce: unknown;
  /** The holder's value of {@link peerHeader}, which the asking side does not know. */
  readonly peer?: unknown;
}

/**
 * Returns a proof that a process knows the secret that all windows of one user on one machine share, without
 * revealing the secret. It is valid only for one port and one connection, so that a process at another port,
 * or behind a tunnel, cannot relay the responses of the real holder.
 */
export function proofOf(side: Side, secret: Redacted, { port, nonce, peer = '' }: Proven): string {
  return createHmac('sha256', secret.expose())
    .update(`${side} ${port} ${String(nonce)} ${String(peer)}`)
    .digest('base64url');
}

export function isProof(proof: unknown, side: Side, secret: Redacted, proven: Proven): boolean {
  const { nonce } = proven;
  if (typeof proof !== 'string' || typeof nonce !== 'string' || nonce.length < 32) return false;
  const expected = Buffer.from(proofOf(side, secret, proven));
  const given = Buffer.from(proof);
  return expected.length === given.length && timingSafeEqual(expected, given);
}
