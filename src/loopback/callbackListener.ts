import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Disposable } from '../base/clock.js';
import type { RedirectUri } from '../broker/ports.js';
import { OAuthFlowError } from '../oauth/oauthFlowError.js';
import { addressOf } from '../base/displayText.js';
import { isLoopbackAuthority, HttpListener, portsToTry } from './httpListener.js';
import type { PendingCallbacks } from '../broker/callbacks/pendingCallbacks.js';
import { sendPage } from './launchPages.js';

interface OpenPort {
  readonly listener: HttpListener;
  uses: number;
}

/**
 * Redirect URIs at a port or a path that the user gave, because the authorization server compares it: each
 * port has a listener of its own, as long as a sign-in uses it, that serves callbacks and nothing else.
 */
export class LoopbackPorts implements Disposable {
  /** By port; a port that the system picks has one user only. */
  readonly #open = new Map<number, OpenPort>();
  readonly #all = new Set<HttpListener>();

  constructor(private readonly callbacks: LoopbackCallbacks) {}

  /**
   * @param port 0: any free one
   * @throws OAuthFlowError `redirectUnavailable`
   */
  async open(path: string, port: number): Promise<RedirectUri> {
    const used = this.#open.get(port) ?? { listener: this.#listener(port), uses: 0 };
    used.uses++;
    if (port !== 0) this.#open.set(port, used);
    try {
      const redirect = this.callbacks.open(await used.listener.baseUrl(), path);
      let isOpen = true;
      const dispose = () => {
        if (isOpen) this.#leave(port, used);
        isOpen = false;
        redirect.dispose();
      };
      return { ...redirect, dispose };
    } catch (error) {
      this.#leave(port, used);
      throw isTaken(error) ? portTaken(port) : error;
    }
  }

  dispose(): void {
    for (const listener of this.#all) listener.dispose();
  }

  #listener(port: number): HttpListener {
    const listener = new HttpListener(
      (request, response, listening) => this.#handle(request, response, listening),
      port === 0 ? portsToTry() : [port],
    );
    this.#all.add(listener);
    return listener;
  }

  #leave(port: number, used: OpenPort): void {
    if (--used.uses > 0) return;
    if (this.#open.get(port) === used) this.#open.delete(port);
    this.#all.delete(used.listener);
    // The callback's own page is on its way when the sign-in ends.
    used.listener.disposeWhenResponded();
  }

  #handle(request: IncomingMessage, response: ServerResponse, port: number): void {
    response.setHeader('Connection', 'close');
    const url = addressOf(request.url, new URL('http://127.0.0.1'));
    const isExpected =
      url !== undefined &&
      request.method === 'GET' &&
      isLoopbackAuthority(request.headers.host, port) &&
      this.callbacks.isWaitingAt(url.pathname);
    if (isExpected) this.callbacks.handle(url, response);
    else response.writeHead(404, { 'Content-Length': 0 }).end();
  }
}

function isTaken(error: unknown): boolean {
  const { code } = error as { readonly code?: unknown };
  return code === 'EADDRINUSE' || code === 'EACCES';
}

function portTaken(port: number): OAuthFlowError {
  return new OAuthFlowError(
    'redirectUnavailable',
    `Another program uses port ${port} on 127.0.0.1, which the browser must return to.`,
    {
      field: 'oauth.loopbackPort',
      fix: 'Close that program, or register another port with the provider and set it as oauth.loopbackPort.',
    },
  );
}

/**
 * The redirect URI on 127.0.0.1 (RFC 8252 §7.3), for authorization servers that do not take the editor's
 * scheme. It responds only while a sign-in that uses it waits.
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

  handle({ pathname, searchParams: query }: URL, response: ServerResponse): void {
    if (!this.callbacks.deliver(query, pathname)) {
      sendPage(
        response,
        404,
        'This sign-in is no longer in progress',
        'It has ended or was started elsewhere. Return to the editor.',
      );
      return;
    }
    const refused = query.has('error');
    sendPage(
      response,
      200,
      refused ? 'Sign-in was declined' : 'Return to the editor',
      refused
        ? 'The editor shows what happened. You can close this tab.'
        : 'MCP OAuth Broker is finishing the sign-in. You can close this tab.',
    );
  }
}
