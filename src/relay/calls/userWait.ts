import type { Clock, Disposable } from '../../base/clock.js';
import type { InFlightRequest } from '../callers/inFlightRequest.js';

/** How long a request waits for the user at each question, in milliseconds: editors give up after five minutes. */
const patienceWithProgress = 4 * 60_000;
/** How long a request that shows no progress waits for the user in all, in milliseconds. */
const patienceWithoutProgress = 140_000;

/**
 * How much longer a request may wait for the user, in milliseconds.
 *
 * A call of VS Code's chat wants progress, and is kept alive by it. What reaches us through VS Code's MCP gateway
 * (Copilot CLI, Claude) does not: `_callToolForServer` in src/vs/workbench/contrib/mcp/common/mcpGatewayToolBrokerChannel.ts
 * passes no progress on and no cancellation, and the CLI gives up 180 seconds after its call, so that the model
 * would read nothing of what is asked of the user. All waits of such a call together, from its arrival, leave it the
 * time to run. The chat's id in `_meta` does not tell the two apart: the gateway can be started for a chat.
 */
function patienceWithUser(inFlight: InFlightRequest, now: number): number {
  if (inFlight.wantsProgress) return patienceWithProgress;
  return Math.max(0, inFlight.arrivedAt + patienceWithoutProgress - now);
}

/**
 * How often a caller that waits is sent progress, in milliseconds. The sessions of VS Code's agent host give up a call
 * 180 seconds after its last progress; a question to the user and comments in the stream do not count.
 */
const progressInterval = 20_000;

/** One wait of a request for the user. */
export class UserWait implements Disposable {
  readonly #late = new AbortController();
  readonly #timer: Disposable | undefined;
  #progress: Disposable | undefined;
  /** Aborted if the caller left or cancelled, and once the request must wait no longer. */
  readonly signal: AbortSignal;

  constructor(
    private readonly inFlight: InFlightRequest,
    private readonly clock: Clock,
  ) {
    const patience = patienceWithUser(inFlight, clock.now());
    if (patience > 0) this.#timer = clock.after(patience, () => this.#late.abort());
    else this.#late.abort();
    this.signal = AbortSignal.any([inFlight.signal, this.#late.signal]);
    this.#sayAgainLater();
  }

  /** Whether the request must wait no longer. */
  get isOver(): boolean {
    return this.#late.signal.aborted;
  }

  dispose(): void {
    this.#timer?.dispose();
    this.#progress?.dispose();
  }

  #sayAgainLater(): void {
    this.#progress = this.clock.after(progressInterval, () => {
      this.inFlight.progressAgain();
      this.#sayAgainLater();
    });
  }
}
