import type { NetworkReach } from './networkReach.js';

/** The `fetch` of the machine, injected: proxies, certificates and tests are the caller's business. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** What a step of the flow needs of the network. */
export interface HttpContext {
  readonly fetch: Fetch;
  /** Where the configured server is: what it names may be no nearer to this machine. */
  readonly reach: NetworkReach;
  /** The person's or the caller's cancel. Its reason is rethrown as it is: to cancel is not to fail. */
  readonly signal?: AbortSignal;
  /** A signal that aborts after so many milliseconds; `AbortSignal.timeout` where absent. */
  readonly timeoutSignal?: (milliseconds: number) => AbortSignal;
}
