import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock, Disposable } from '../base/clock.js';
import { addressOf } from '../base/displayText.js';
import { errorName } from '../base/errorName.js';
import type { Log } from '../base/log.js';
import { callbackPath, isCallbackPath, type PendingCallbacks } from '../broker/callbacks/pendingCallbacks.js';
import type { Launcher, LaunchPage, LaunchVisit, RedirectUri } from '../broker/ports.js';
import { LoopbackCallbacks, LoopbackPorts } from './callbackListener.js';
import { HttpListener, isLoopbackAuthority, portsToTry } from './httpListener.js';
import { LaunchPages } from './launchPages.js';

/** Responds to requests that are neither a launch page's nor a callback. */
export type LoopbackHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  path: readonly string[],
  port: number,
) => Promise<void> | void;

/**
 * The extension's own address on 127.0.0.1: launch pages, callbacks, and what the relay serves. Nothing listens until
 * one of them is needed.
 */
export class LoopbackServer implements Disposable, Launcher {
  readonly #listener = new HttpListener(
    (request, response, port) => void this.#handle(request, response, port),
    portsToTry(),
  );
  readonly #launchPages: LaunchPages;
  readonly #callbacks: LoopbackCallbacks;
  readonly #callbackPorts: LoopbackPorts;
  #handler: LoopbackHandler = (_request, response) => notFound(response);

  constructor(
    callbacks: PendingCallbacks,
    clock: Clock,
    private readonly log: Log,
  ) {
    this.#launchPages = new LaunchPages(clock);
    this.#callbacks = new LoopbackCallbacks(callbacks);
    this.#callbackPorts = new LoopbackPorts(this.#callbacks);
  }

  /** @param handler for every request that is not the server's own */
  serve(handler: LoopbackHandler): void {
    this.#handler = handler;
  }

  /** Begins to listen. @returns `http://127.0.0.1:PORT` */
  baseUrl(): Promise<string> {
    return this.#listener.baseUrl();
  }

  async open(lifetime: number, onVisit: (visit: LaunchVisit) => Promise<void>): Promise<LaunchPage> {
    return this.#launchPages.open(await this.baseUrl(), lifetime, onVisit);
  }

  /** A one-shot redirect URI on 127.0.0.1; with a port or a path of the user's own, at a listener of its own. */
  async loopbackRedirect(path: string = callbackPath, port?: number): Promise<RedirectUri> {
    if (port !== undefined || !isCallbackPath(path)) return this.#callbackPorts.open(path, port ?? 0);
    return this.#callbacks.open(await this.baseUrl(), path);
  }

  dispose(): void {
    this.#launchPages.dispose();
    this.#callbackPorts.dispose();
    this.#listener.dispose();
  }

  async #handle(request: IncomingMessage, response: ServerResponse, port: number): Promise<void> {
    try {
      await this.#route(request, response, port);
    } catch (error) {
      this.log.error(`The relay failed to respond (${errorName(error)}).`);
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end();
    }
  }

  async #route(request: IncomingMessage, response: ServerResponse, port: number): Promise<void> {
    const url = addressOf(request.url, new URL('http://127.0.0.1'));
    const [, place, name, ...rest] = url?.pathname.split('/') ?? [];
    if (url === undefined || rest.length > 0) {
      notFound(response);
      return;
    }
    if (place === 'sign-in' && name !== undefined) return this.#launchPages.handle(name, request, response);
    if (request.method === 'GET' && this.#callbacks.isWaitingAt(url.pathname)) {
      if (isLoopbackAuthority(request.headers.host, port)) this.#callbacks.handle(url, response);
      else notFound(response);
      return;
    }
    await this.#handler(request, response, [place ?? '', name ?? ''], port);
  }
}

/** A response without a body. */
export function notFound(response: ServerResponse, status = 404): void {
  response.writeHead(status, { 'Content-Length': 0 }).end();
}
