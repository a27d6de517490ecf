import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock, Disposable, LaunchPage, LaunchVisit } from '../broker/ports.js';
import { beginPage, endPage, sendPage, sendRedirect } from './page.js';

interface Waiting {
  readonly onVisit: (visit: LaunchVisit) => Promise<void>;
  readonly visited: PromiseWithResolvers<void>;
  readonly expiry: Disposable;
}

/**
 * Loopback addresses that send the person's browser on to the authorization server. Opening them costs
 * nothing and can happen within the seconds a popup is allowed after a click; the requests that find out
 * where to go are made while the browser waits. An address is a 256-bit secret, answers one GET and has no
 * query, because editors corrupt nested ones. Its `Host` is not checked: a web editor proxies it under its own.
 */
export class LaunchPages {
  readonly #waiting = new Map<string, Waiting>();

  constructor(private readonly clock: Clock) {}

  /**
   * @param baseUrl the listener's `http://127.0.0.1:PORT`
   * @param lifetime milliseconds. As long as its sign-in waits: a card in the chat keeps the address it was
   * shown with, and one that ended before the card would leave a dead link under a button that lives. What
   * keeps a longer life harmless is that the address is secret and works once.
   */
  open(baseUrl: string, lifetime: number, onVisit: (visit: LaunchVisit) => Promise<void>): LaunchPage {
    const id = randomBytes(32).toString('base64url');
    const expiry = this.clock.after(lifetime, () => void this.#waiting.delete(id));
    const visited = Promise.withResolvers<void>();
    this.#waiting.set(id, { onVisit, visited, expiry });
    return {
      address: `${baseUrl}/sign-in/${id}`,
      visited: visited.promise,
      dispose: () => {
        expiry.dispose();
        this.#waiting.delete(id);
      },
    };
  }

  /** @param id the last path segment of the address */
  async answer(id: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined || request.method !== 'GET') {
      sendPage(
        response,
        404,
        'This sign-in link no longer works',
        'Each link works once and not for long. Go back to the editor and sign in from there.',
      );
      return;
    }
    this.#waiting.delete(id);
    waiting.expiry.dispose();
    waiting.visited.resolve();
    await waiting.onVisit({
      redirect: (to) => (response.headersSent ? endPage(response, to) : sendRedirect(response, to)),
      wait: (title, detail) => {
        if (!response.headersSent) beginPage(response, 200, title, detail);
      },
      explain: (title, detail) =>
        response.headersSent ? endPage(response, { title, detail }) : sendPage(response, 502, title, detail),
    });
  }
}
