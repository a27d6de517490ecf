import type { ServerResponse } from 'node:http';
import type { PendingCallbacks } from '../broker/signIn/pendingCallbacks.js';
import type { RedirectUri } from '../broker/ports.js';
import { sendPage } from './page.js';

/**
 * The redirect URI on 127.0.0.1 (RFC 8252 §7.3), for authorization servers that do not take the editor's
 * scheme. It answers only while a sign-in that was given it waits.
 */
export class LoopbackCallbacks {
  /** How many wait, by path. */
  readonly #waiting = new Map<string, number>();

  constructor(private readonly callbacks: PendingCallbacks) {}

  /** @param baseUrl the listener's `http://127.0.0.1:PORT` */
  open(baseUrl: string, path: string): RedirectUri {
    const count = (by: number) => this.#waiting.set(path, (this.#waiting.get(path) ?? 0) + by);
    count(1);
    let open = true;
    return {
      kind: 'loopback',
      uri: baseUrl + path,
      path,
      dispose: () => {
        if (open) count(-1);
        open = false;
      },
    };
  }

  isWaitingAt(path: string): boolean {
    return (this.#waiting.get(path) ?? 0) > 0;
  }

  answer({ pathname, searchParams: query }: URL, response: ServerResponse): void {
    if (!this.callbacks.deliver(query, pathname)) {
      sendPage(
        response,
        404,
        'Nobody waits for this sign-in',
        'It has ended or was begun elsewhere. Go back to the editor.',
      );
      return;
    }
    const refused = query.has('error');
    sendPage(
      response,
      200,
      refused ? 'Sign-in was refused' : 'Back to where you began',
      refused
        ? 'You are told there what happened. You can close this tab.'
        : 'MCP OAuth Broker has what it needs. You can close this tab.',
    );
  }
}
