import { request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Disposable } from '../broker/ports.js';
import type { Redacted } from '../oauth/redacted.js';
import { isProof, newNonce, nonceHeader, proofHeader, proofOf } from './portProof.js';

/** Who holds the agents' port. */
export type Holder =
  /** A window of the same person; the connection to it ends when it does. */
  | ({ readonly kind: 'ours'; readonly ended: Promise<void> } & Disposable)
  | { readonly kind: 'foreign' }
  /** It ended before it answered. */
  | { readonly kind: 'gone' }
  /** It took the connection and says nothing: a stranger, or a window that hangs. */
  | { readonly kind: 'silent' };

/** A window answers at once unless it hangs; in milliseconds. */
const patience = 3_000;
/** Windows that wait to take over; nobody has more. */
const mostWaiting = 100;

export const standbyPath = '/standby';

/** Asks the process at the port to prove that it is a window of the same person. It is told no key. */
export function askHolder(port: number, secret: Redacted): Promise<Holder> {
  const nonce = newNonce();
  const ended = Promise.withResolvers<undefined>();
  const asked = request({
    host: '127.0.0.1',
    port,
    path: standbyPath,
    agent: false,
    headers: { [nonceHeader]: nonce, [proofHeader]: proofOf('asker', secret, port, nonce) },
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
    // Told by `close` as well.
    asked.on('error', () => undefined);
    asked.once('response', (answer) => {
      clearTimeout(timer);
      answer.on('error', () => undefined);
      answer.resume();
      if (isProof(answer.headers[proofHeader], 'holder', secret, port, nonce)) {
        resolve({ kind: 'ours', ended: ended.promise, dispose: () => asked.destroy() });
      } else {
        resolve({ kind: 'foreign' });
        asked.destroy();
      }
    });
    asked.end();
  });
}

/** The other end: windows that wait are kept connected, so that they notice at once when this one ends. */
export class StandbyWindows {
  #waiting = 0;

  /** @returns whether the request came from a window of the same person */
  answer(request: IncomingMessage, response: ServerResponse, port: number, secret: Redacted): boolean {
    const { [nonceHeader]: nonce, [proofHeader]: proof } = request.headers;
    if (!isProof(proof, 'asker', secret, port, nonce) || this.#waiting >= mostWaiting) return false;
    this.#waiting++;
    response.once('close', () => this.#waiting--);
    response.writeHead(200, { [proofHeader]: proofOf('holder', secret, port, String(nonce)) });
    response.flushHeaders();
    return true;
  }
}
