import { lookup } from 'node:dns/promises';
import type { Resolver } from '../broker/ports.js';

/** The machine's own name service, its hosts file included, as a direct connection would ask it. */
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
