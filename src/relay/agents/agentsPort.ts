import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AgentAdmissions } from '../../broker/agents/agentAdmissions.js';
import type { AgentsPortState } from '../../broker/agents/agentSettings.js';
import { Emitter } from '../../base/event.js';
import { errorName } from '../../base/errorName.js';
import type { Clock, Disposable } from '../../base/clock.js';
import type { Log } from '../../base/log.js';
import { boundIdleConnections } from '../../loopback/httpListener.js';
import { askHolder, type Holder } from './portHolder.js';

/** How often what other windows, the clock and other programs did is looked for, in milliseconds. */
const lookEvery = 1_000;
/** The same while no agent is admitted. */
const lookSeldom = 10_000;
/** How often a holder may end just when it is asked. */
const mostTries = 5;
/** Longest time for a request to arrive, in milliseconds; calls may wait for their responses without limit. */
const timeToAsk = 30_000;
const timeForHeaders = 10_000;

export interface AgentsPortParts {
  readonly admissions: AgentAdmissions;
  /** As it is set now. */
  readonly port: () => number;
  readonly onRequest: (request: IncomingMessage, response: ServerResponse, port: number) => Promise<void>;
  /** Called at each look, for what ends by time alone. */
  readonly onLook: () => void | Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * The one address of all agents. One window serves it, and holding the port is what makes it the one: it is
 * let go of when the process ends, however it ends. The others keep a connection to it and take over when that
 * breaks. A process that cannot prove to be one of them is reported, and never gone around.
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

  /** Looks after the port now, and from now on. */
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
    // Whatever it is that hangs up each time, it is no window.
    this.#become({ kind: 'blocked', port, why: 'foreign' });
  }

  /** Finds out which process holds the port; false if none does any longer. */
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
      // Agents were admitted a moment ago; a look, which may be under way, reads who is, and that takes time.
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

  /** What listeners know. */
  #told: AgentsPortState = { kind: 'idle' };
}
