import { addressOf } from '../oauth/secureAddress.js';

/** An authorization response is far smaller; in characters. */
const longest = 16_384;
/** Where a redirect URI of a process without an editor can be (RFC 8252 §7.3). */
const loopbackHosts = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * The address that a browser was sent back to, as somebody pasted it.
 *
 * @returns undefined where it cannot be one; whose it is, its `state` and path say
 */
export function pastedCallback(line: string): URL | undefined {
  if (line.length > longest) return undefined;
  const url = addressOf(line.trim());
  const isLoopback = url?.protocol === 'http:' && loopbackHosts.has(url.hostname);
  return isLoopback && url.searchParams.has('state') ? url : undefined;
}
