import { defined } from '../base/defined.js';
import { lookup } from 'node:dns/promises';
import type { Clock } from '../base/clock.js';
import type { Resolver, Fetch, Network } from '../broker/ports.js';
import { fetchFrom } from './judgedAddresses.js';

/** The machine's name resolution including its hosts file, as a direct connection would use it. */
export const systemResolver: Resolver = {
  async addressesOf(hostname, signal) {
    signal.throwIfAborted();
    const aborted = Promise.withResolvers<never>();
    const abort = () => aborted.reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    try {
      const found = await Promise.race([lookup(hostname, { all: true }), aborted.promise]);
      return found.map(({ address }) => address);
    } catch (error) {
      if (signal.aborted) throw error;
      return [];
    } finally {
      signal.removeEventListener('abort', abort);
    }
  },
};

/** The machine's time. A pending timer does not keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(milliseconds, callback) {
    const timer = setTimeout(callback, milliseconds);
    timer.unref();
    return { dispose: () => clearTimeout(timer) };
  },
};

/**
 * The machine's `fetch`, looked up at each call because an editor replaces it. If the host was judged by its
 * addresses, the request is sent only to those, which `fetch` does not support.
 */
export const machineFetch: Fetch = (url, init, addresses) =>
  addresses === undefined ? fetch(url, init) : fetchFrom(addresses, url, init);

/**
 * @param unreachableNote added to the error if a host cannot be reached and this machine may be the reason
 */
export function machineNetwork(unreachableNote?: string): Network {
  return defined({
    fetch: machineFetch,
    resolver: systemResolver,
    unreachableNote,
  });
}
