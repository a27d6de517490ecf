import type { NetworkReach } from './networkReach.js';

/**
 * The `fetch` of the machine. The caller provides it, with its proxies and certificates.
 *
 * @param addresses the addresses that the name of the host was checked by, if given: a direct connection goes to one
 *   of them and to no other, whatever the name resolves to by then; if the list is empty, the connection must use a
 *   proxy
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
  /** The reach of the configured server by its name. An address that it names may be no nearer to this machine. */
  readonly reach: NetworkReach;
  /** The configured server, which is the source of all addresses. Its name may resolve to a nearer address. */
  readonly server?: URL;
  /** The user's or the caller's cancel. Its reason is rethrown as it is: to cancel is not to fail. */
  readonly signal?: AbortSignal;
  /** A signal that aborts after so many milliseconds; `AbortSignal.timeout` if absent. */
  readonly timeoutSignal?: (milliseconds: number) => AbortSignal;
}
