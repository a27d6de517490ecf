import { request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Disposable } from '../../base/clock.js';
import type { Redacted } from '../../base/redacted.js';
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** Who holds the agents' port. */
export type Holder =
  /** A window of the same user on this machine; the connection to it ends when it does. */
  | ({ readonly kind: 'ours'; readonly ended: Promise<void> } & Disposable)
  | { readonly kind: 'foreign' }
  /** It declares to be a broker and cannot prove to be one of ours: behind a tunnel, or of another editor here. */
  | { readonly kind: 'otherMachine' | 'otherBroker' }
  /** It ended before it responded. */
  | { readonly kind: 'gone' }
  /** It accepted the connection and sends nothing: another program, or a window that hangs. */
  | { readonly kind: 'silent' };

/** Longest wait for a window, which responds at once unless it hangs; in milliseconds. */
const patience = 3_000;
/** Most windows that wait to take over. */
const mostWaiting = 100;

export const standbyPath = '/standby';

/**
 * Asks the process at the port to prove that it is a window of the same user. It is sent no key. A port that an editor
 * has forwarded from another machine leads to that machine's broker, which must not be waited for: agents here would
 * reach the accounts that are signed in there.
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
    // `close` reports it as well.
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

/** The other end: windows that wait are kept connected, so that they notice at once when this one ends. */
export class StandbyWindows {
  #waiting = 0;

  /**
   * Declares to every process that it is a broker, which lets a window that is not ours tell it from another
   * program, and proves nothing.
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

/** Which end of the connection proves itself, so that neither's proof serves as the other's. */
type Side = 'holder' | 'asker';

const nonceHeader = 'mcp-oauth-broker-nonce';
const proofHeader = 'mcp-oauth-broker-proof';
/** The port that the holder sees the connection come from; a tunnel between the two ends makes it another one. */
const peerHeader = 'mcp-oauth-broker-peer';

export function newNonce(): string {
  return randomBytes(32).toString('base64url');
}

/** What a proof holds for, and for nothing else. */
export interface Proven {
  /** The port that is asked at. */
  readonly port: number;
  readonly nonce: unknown;
  /** What the holder sends in {@link peerHeader}; an asker does not know it. */
  readonly peer?: unknown;
}

/**
 * Shows that a process knows what all windows of one user on one machine share, without showing what that is. It
 * holds at one port and for one connection only, so that a process at another port, or behind a tunnel, cannot pass
 * on the responses of the real one.
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
