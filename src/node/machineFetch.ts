import type { Fetch } from '../broker/ports.js';
import { fetchFrom } from './judgedAddresses.js';

/**
 * The `fetch` of the machine, looked up at each call, because an editor replaces it; where the host was judged
 * by its addresses, a request to those alone, which `fetch` cannot be told to make.
 */
export const machineFetch: Fetch = (url, init, addresses) =>
  addresses === undefined ? fetch(url, init) : fetchFrom(addresses, url, init);
