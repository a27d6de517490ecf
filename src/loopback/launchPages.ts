import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock, Disposable } from '../base/clock.js';
import type { LaunchPage, LaunchVisit } from '../broker/ports.js';

/** How long the browser that has come may come again, in seconds: a reload, a second click, a second tab. */
const repeatable = 10;
/** How long a second tab waits before it asks again, in seconds. */
const retryAfter = 1;
/** How long a browser keeps what it is known by, in seconds: past all that the user may be asked in the meantime. */
const cookieLifetime = 600;

/** How a visit ended: at the authorization server, or at a page that explains an error. */
type Ending = URL | { readonly title: string; readonly detail: string };

interface Page {
  readonly onVisit: (visit: LaunchVisit) => Promise<void>;
  readonly visited: PromiseWithResolvers<void>;
  expiry: Disposable;
  /** What the browser that came first shows when it comes again; undefined until one has come. */
  pass?: string;
  ending?: Ending;
}

/**
 * Loopback addresses that redirect the user's browser to the authorization server. Opening one is fast, so it can
 * happen within the seconds that a popup is allowed after a click; the requests that determine the target are sent
 * while the browser waits. An address is a 256-bit secret, runs its sign-in once, and has no query, because editors
 * corrupt nested ones. Its `Host` header is not checked, because a web editor proxies it under its own.
 *
 * The browser that came first gets the same response again for a few seconds. A cookie identifies it: other users of
 * the machine may see the address (it is an argument of the program that opens the browser), and could sign in as
 * themselves at the authorization server without the user's notice.
 */
export class LaunchPages implements Disposable {
  readonly #pages = new Map<string, Page>();
  #isClosed = false;

  constructor(private readonly clock: Clock) {}

  /**
   * @param baseUrl the listener's `http://127.0.0.1:PORT`
   * @param lifetime milliseconds. As long as its sign-in waits: a card in the chat keeps the address it was
   * shown with, and one that ended before the card would leave a dead link under a button that lives. What
   * keeps a longer life harmless is that the address is secret and works once.
   */
  open(baseUrl: string, lifetime: number, onVisit: (visit: LaunchVisit) => Promise<void>): LaunchPage {
    const id = randomBytes(32).toString('base64url');
    const visited = Promise.withResolvers<void>();
    const page: Page = { onVisit, visited, expiry: this.#forgetAfter(id, lifetime) };
    this.#pages.set(id, page);
    return {
      address: `${baseUrl}/sign-in/${id}`,
      visited: visited.promise,
      dispose: () => this.#forget(id, page),
    };
  }

  /** @param id the last path segment of the address */
  async handle(id: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const page = this.#pages.get(id);
    if (page === undefined || request.method !== 'GET') {
      refuse(response);
      return;
    }
    if (isSpeculative(request)) {
      // Any status but success makes the browser ask again when the user really comes (Speculation Rules, “prefetch”).
      sendPage(response, 503, 'Not yet', 'This sign-in link works only when you open it yourself.');
      return;
    }
    if (page.pass === undefined) return this.#runFor(page, id, response);
    const shown = cookies(request).get(cookieName(id));
    if (shown === undefined) followOther(response);
    else if (shown !== page.pass) refuse(response);
    else if (page.ending === undefined) followOther(response);
    else end(response, page.ending);
  }

  dispose(): void {
    this.#isClosed = true;
    for (const { expiry } of this.#pages.values()) expiry.dispose();
    this.#pages.clear();
  }

  async #runFor(page: Page, id: string, response: ServerResponse): Promise<void> {
    page.expiry.dispose();
    const pass = randomBytes(16).toString('base64url');
    page.pass = pass;
    page.visited.resolve();
    response.setHeader(
      'Set-Cookie',
      // Without a path, so that it is the directory of the address as this browser sees it, behind a proxy too.
      `${cookieName(id)}=${pass}; Max-Age=${cookieLifetime}; HttpOnly; SameSite=Lax`,
    );
    const finish = (ending: Ending) => {
      this.#keep(id, page, ending);
      end(response, ending);
    };
    try {
      await page.onVisit({
        redirect: finish,
        wait: (title, detail) => {
          if (!response.headersSent) beginPage(response, 200, title, detail);
        },
        explain: (title, detail) => finish({ title, detail }),
      });
    } finally {
      // No second tab waits for a visit that will not end.
      if (page.ending === undefined) this.#pages.delete(id);
    }
  }

  /** A failure is shown again after its sign-in has ended; a redirect ends with it. */
  #keep(id: string, page: Page, ending: Ending): void {
    page.ending = ending;
    if (this.#isClosed || (ending instanceof URL && this.#pages.get(id) !== page)) return;
    this.#pages.set(id, page);
    page.expiry = this.#forgetAfter(id, repeatable * 1000);
  }

  #forget(id: string, page: Page): void {
    if (page.ending !== undefined && !(page.ending instanceof URL)) return;
    page.expiry.dispose();
    this.#pages.delete(id);
  }

  #forgetAfter(id: string, milliseconds: number): Disposable {
    return this.clock.after(milliseconds, () => void this.#pages.delete(id));
  }
}

function end(response: ServerResponse, ending: Ending): void {
  if (response.headersSent) endPage(response, ending);
  else if (ending instanceof URL) sendRedirect(response, ending);
  else sendPage(response, 502, ending.title, ending.detail);
}

/** To a tab without the cookie: another one of the same browser has it in a moment, if there is one. */
function followOther(response: ServerResponse): void {
  response.setHeader('Refresh', String(retryAfter));
  sendPage(response, 200, 'The sign-in is starting in another tab', 'This tab updates in a moment.');
}

function refuse(response: ServerResponse): void {
  sendPage(
    response,
    404,
    'This sign-in link no longer works',
    'Each link works only once and for a short time. Return to the editor and sign in from there.',
  );
}

/** Whether the browser asks before the user has opened the address, to be quicker if they do. */
function isSpeculative({ headers }: IncomingMessage): boolean {
  return ['sec-purpose', 'purpose', 'x-purpose', 'x-moz'].some((name) =>
    /\b(prefetch|prerender|preview)\b/i.test(String(headers[name] ?? '')),
  );
}

/** One for each address, and nothing of the address in it: cookies of 127.0.0.1 go to every port. */
function cookieName(id: string): string {
  return `sign-in-${createHash('sha256').update(id).digest('hex').slice(0, 16)}`;
}

function cookies({ headers }: IncomingMessage): ReadonlyMap<string, string> {
  return new Map(
    (headers.cookie ?? '').split(';').map((pair) => {
      const [name = '', value = ''] = pair.trim().split('=', 2);
      return [name, value];
    }),
  );
}

/**
 * These pages must not be stored, framed, or disclosed to the next address. A proxy that compresses them, as a web
 * editor's does, would delay the beginning of a page whose end is still missing (RFC 9111 §5.2.2.6).
 */
const pageHeaders = {
  'Cache-Control': 'no-store, no-transform',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
} as const;

/** A short page for the user's browser, light or dark as they have it. */
export function sendPage(response: ServerResponse, status: number, title: string, detail: string): void {
  beginPage(response, status, title, detail);
  response.end();
}

/** The same, as long as nothing is known yet: {@link endPage} has the last word. */
function beginPage(response: ServerResponse, status: number, title: string, detail: string): void {
  response.writeHead(status, { ...pageHeaders, 'Content-Type': 'text/html; charset=utf-8' });
  response.write(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
<style>
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
main { max-width: 34rem; margin: 20vh auto 0; padding: 0 1.5rem }
h1 { font-size: 1.3rem }
p { overflow-wrap: anywhere }
</style>
${mainOf(title, detail)}
`);
}

/** Completes a page that was begun, or replaces its content. */
function endPage(response: ServerResponse, next: URL | { title: string; detail: string }): void {
  response.end(
    next instanceof URL
      ? `<meta http-equiv="refresh" content="0; url=${escapeHtml(next.href)}">\n`
      : `<style>main { display: none } main:last-of-type { display: block }</style>\n${mainOf(next.title, next.detail)}\n`,
  );
}

function mainOf(title: string, detail: string): string {
  return `<main><h1>${escapeHtml(title)}</h1><p>${escapeHtml(detail)}</p></main>`;
}

/** Redirects the browser without a referrer. */
function sendRedirect(response: ServerResponse, to: URL): void {
  response.writeHead(302, { ...pageHeaders, Location: to.href });
  response.end();
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
}
