import type { NetworkReach } from './networkReach.js';

/**
 * The `fetch` of the machine, injected: proxies, certificates and tests are the caller's business.
 * @param addresses where given, those the name of the host was judged by: a direct connection goes to one of
 * them and to no other, whatever the name resolves to by then; where there is none, only through a proxy
 */
export type Fetch = (url: string, init: RequestInit, addresses?: readonly string[]) => Promise<Response>;

/** The name service of the machine. */
export interface Resolver {
  /**
   * The IP addresses of a host, none if it cannot be resolved here: a proxy may know more.
   * @throws the reason of `signal`
   */
  addressesOf(hostname: string, signal: AbortSignal): Promise<readonly string[]>;
}

/** What a composition root gives of the network. */
export interface Network {
  readonly fetch: Fetch;
  /** Absent: hosts are judged by their names alone. */
  readonly resolver?: Resolver;
  /** What of this process' place in the network may be why a host cannot be reached, as a sentence. */
  readonly unreachableNote?: string;
}

/** What a step of the flow needs of the network. */
export interface HttpContext extends Network {
  /** Where the configured server is by its name: what it names may be no nearer to this machine. */
  readonly reach: NetworkReach;
  /** The configured server, on whose word all is asked; its name may resolve to somewhere nearer. */
  readonly server?: URL;
  /** The user's or the caller's cancel. Its reason is rethrown as it is: to cancel is not to fail. */
  readonly signal?: AbortSignal;
  /** A signal that aborts after so many milliseconds; `AbortSignal.timeout` if absent. */
  readonly timeoutSignal?: (milliseconds: number) => AbortSignal;
}
