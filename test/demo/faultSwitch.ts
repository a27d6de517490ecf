import type { ServerResponse } from 'node:http';

/**
 * A fault of a server, for tests.
 * `echo` is a 403 that repeats the request's `Authorization`, as careless servers do.
 * `forbidden` is a 403 by policy, without a challenge. `hungUp` closes the connection without a response.
 * `held` holds each request until the fault changes, so that a test needs no timer. `delayMs` delays the
 * response, in milliseconds.
 */
export type DemoFault =
  'none' | 'forbidden' | 'serverError' | 'echo' | 'hungUp' | 'held' | { readonly delayMs: number };

/** A fault that can be changed while requests are pending. */
export class FaultSwitch {
  #fault: DemoFault = 'none';
  #held: (() => void)[] = [];
  #watchers: (() => void)[] = [];
  readonly #timers = new Map<NodeJS.Timeout, () => void>();

  get fault(): DemoFault {
    return this.#fault;
  }

  set fault(fault: DemoFault) {
    this.#fault = fault;
    if (fault !== 'held') this.release();
  }

  /** Resolves once a request is held. */
  async whenHeld(): Promise<void> {
    if (this.#held.length === 0) await new Promise<void>((resolve) => this.#watchers.push(resolve));
  }

  /** Releases every held request. */
  release(): void {
    const held = this.#held;
    this.#held = [];
    for (const letGo of held) letGo();
    for (const [timer, letGo] of this.#timers) {
      clearTimeout(timer);
      letGo();
    }
    this.#timers.clear();
  }

  /** Returns true if the fault has handled the request. */
  async answers(response: ServerResponse): Promise<boolean> {
    const fault = this.#fault;
    if (fault === 'none') return false;
    if (fault === 'forbidden') {
      response.writeHead(403, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: 'forbidden', error_description: 'Not allowed by policy.' }));
      return true;
    }
    if (fault === 'echo') {
      const sent = response.req.headers.authorization ?? '';
      const said = `You sent ${sent}.`;
      response.writeHead(403, {
        'content-type': 'application/json',
        'www-authenticate': `Bearer error="invalid_request", error_description="${said}"`,
      });
      response.end(JSON.stringify({ error: 'forbidden', error_description: said }));
      return true;
    }
    if (fault === 'serverError') {
      response.writeHead(500, { 'content-type': 'text/plain' });
      response.end('The server failed.');
      return true;
    }
    if (fault === 'hungUp') {
      response.destroy();
      return true;
    }
    await new Promise<void>((resolve) => {
      if (fault === 'held') {
        this.#held.push(resolve);
        for (const seen of this.#watchers.splice(0)) seen();
        return;
      }
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        resolve();
      }, fault.delayMs);
      this.#timers.set(timer, resolve);
    });
    return response.destroyed;
  }
}
