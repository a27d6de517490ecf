import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AgentAdmissions } from '../../broker/agents/agentAdmissions.js';
import type { AgentsPortState } from '../../broker/agents/agentSettings.js';
import { Emitter } from '../../base/event.js';
import { errorName } from '../../base/errorName.js';
import type { Clock, Disposable } from '../../base/clock.js';
import type { Log } from '../../base/log.js';
import { boundIdleConnections } from '../../loopback/httpListener.js';
import { askHolder, type Holder } from './portHolder.js';

/**
 * The interval between checks for changes by other windows, the clock and other programs, in milliseconds.
 */
const lookEvery = 1_000;
/** The same interval while no agent is admitted. */
const lookSeldom = 10_000;
/** The most attempts, because a port's holder may end at the moment when it is contacted. */
const mostTries = 5;
/** The longest time for a request to arrive, in milliseconds; a call's response may take any time. */
const timeToAsk = 30_000;
const timeForHeaders = 10_000;

export interface AgentsPortParts {
  readonly admissions: AgentAdmissions;
  /** Returns the configured port. */
  readonly port: () => number;
  readonly onRequest: (request: IncomingMessage, response: ServerResponse, port: number) => Promise<void>;
  /** Called at each check, for admissions that expire. */
  readonly onLook: () => void | Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Serves the one address of all agents. The window that holds the port serves it; the system releases the
 * port when the process ends in any way. Other windows stay connected to it, and one of them takes over when
 * the connection breaks. A process that cannot prove to be one of these windows is reported, and no other
 * port is used instead.
 */
export class AgentsPort implements Disposable {
  readonly #changed = new Emitter<AgentsPortState>();
  #state: AgentsPortState = { kind: 'idle' };
  #server: Server | undefined;
  #holder: Extract<Holder, { kind: 'ours' }> | undefined;
  #timer: Disposable | undefined;
  #looking: Promise<void> = Promise.resolve();
  #holding: Promise<void> = Promise.resolve();
  readonly #disposed = new AbortController();
  readonly #subscription: Disposable;

  readonly onDidChange = this.#changed.event;

  constructor(private readonly parts: AgentsPortParts) {
    this.#subscription = parts.admissions.onDidChange(() => void this.look());
  }

  get state(): AgentsPortState {
    return this.#state;
  }

  /** Checks the port now, and regularly from then on. */
  look(): Promise<void> {
    this.#looking = this.#looking.then(() => this.#lookOnce());
    return this.#looking;
  }

  dispose(): void {
    this.#disposed.abort();
    this.#subscription.dispose();
    this.#timer?.dispose();
    this.#leave();
  }

  async #lookOnce(): Promise<void> {
    if (this.#isOver()) return;
    this.#timer?.dispose();
    let isAdmitted = false;
    try {
      isAdmitted = (await this.parts.admissions.current()).length > 0;
      await this.parts.onLook();
      if (isAdmitted) await this.#hold(this.parts.port());
      else this.#become({ kind: 'idle' });
    } catch (error) {
      this.parts.log.warn(`The agents' port could not be monitored (${errorName(error)}).`);
    }
    if (this.#isOver()) this.#leave();
    else this.#timer = this.parts.clock.after(isAdmitted ? lookEvery : lookSeldom, () => void this.look());
  }

  #hold(port: number): Promise<void> {
    const next = this.#holding.then(() => this.#holdOnce(port));
    this.#holding = next.catch(() => undefined);
    return next;
  }

  async #holdOnce(port: number): Promise<void> {
    const { kind } = this.#state;
    if ((kind === 'serving' || kind === 'standby') && this.#state.port === port) return;
    this.#leave();
    for (let tries = 1; tries <= mostTries; tries++) {
      const refused = await this.#listen(port);
      if (refused === undefined) {
        if (this.#isOver()) this.#leave();
        else this.#become({ kind: 'serving', port });
        return;
      }
      if (refused !== 'EADDRINUSE') {
        this.#become({ kind: 'blocked', port, why: 'notAllowed' });
        return;
      }
      if (await this.#meet(port)) return;
    }
    // A process that closes the connection each time is not a window.
    this.#become({ kind: 'blocked', port, why: 'foreign' });
  }

  /** Identifies the process that holds the port; returns false if no process holds it any longer. */
  async #meet(port: number): Promise<boolean> {
    const secret = await this.parts.admissions.portSecret();
    if (secret === undefined) return true;
    const holder = await askHolder(port, secret);
    if (holder.kind === 'gone') return false;
    if (holder.kind !== 'ours') {
      this.#become({ kind: 'blocked', port, why: holder.kind });
      return true;
    }
    if (this.#isOver()) {
      holder.dispose();
      return true;
    }
    this.#holder = holder;
    this.#become({ kind: 'standby', port });
    void holder.ended.then(() => {
      if (this.#holder !== holder) return;
      this.#holder = undefined;
      this.#state = { kind: 'idle' };
      // Agents have just been admitted, but the running check may have read the admissions before that.
      void this.#hold(port)
        .catch(() => undefined)
        .then(() => this.look());
    });
    return true;
  }

  /** @returns the error's code if the port cannot be listened on */
  #listen(port: number): Promise<string | undefined> {
    const options = {
      requestTimeout: timeToAsk,
      headersTimeout: timeForHeaders,
      connectionsCheckingInterval: 5_000,
    };
    const server = createServer(
      options,
      (request, response) => void this.parts.onRequest(request, response, port),
    );
    boundIdleConnections(server);
    return new Promise((resolve) => {
      server.once('error', (error) => resolve('code' in error ? String(error.code) : error.name));
      server.listen(port, '127.0.0.1', () => {
        this.#server = server;
        resolve(undefined);
      });
    });
  }

  #isOver(): boolean {
    return this.#disposed.signal.aborted;
  }

  #leave(): void {
    this.#server?.close();
    this.#server?.closeAllConnections();
    this.#server = undefined;
    const holder = this.#holder;
    this.#holder = undefined;
    holder?.dispose();
    this.#state = { kind: 'idle' };
  }

  #become(state: AgentsPortState): void {
    if (state.kind === 'idle') this.#leave();
    const before = this.#told;
    this.#state = state;
    this.#told = state;
    if (JSON.stringify(before) !== JSON.stringify(state)) this.#changed.fire(state);
  }

  /** The state that listeners were notified of last. */
  #told: AgentsPortState = { kind: 'idle' };
}
