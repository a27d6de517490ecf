import type { HttpContext, Resolver } from './httpContext.js';
import { isAddress, isAsNearAs, outOfReach, reachOfAddress, type NetworkReach } from './networkReach.js';

/**
 * Judges a host by what its name resolves to, as `isWithinReach` does by the name: whoever owns a name on the
 * internet can let it resolve to a service of this machine or of its network.
 *
 * A configured server whose own name resolves as near may name its neighbours, as on an intranet.
 *
 * @param field what names the address
 * @returns undefined if there is nothing to judge: an address, or the server's own host. Else the addresses
 * that were judged, for the connection to go to one of them, because a second resolution can give others; none
 * if the name cannot be resolved here, and only a proxy can connect.
 * @throws OAuthFlowError `addressOutOfReach`; the reason of `signal`
 */
export function addressesWithinReach(
  url: URL,
  http: HttpContext,
  signal: AbortSignal,
  field?: string,
): Promise<readonly string[]> | undefined {
  const { resolver, reach, server } = http;
  if (resolver === undefined || reach === 'thisMachine') return undefined;
  if (isAddress(url) || url.hostname === server?.hostname) return undefined;
  return judged(url, { resolver, reach, server, signal, field });
}

interface Judgement {
  readonly resolver: Resolver;
  readonly reach: NetworkReach;
  readonly server: URL | undefined;
  readonly signal: AbortSignal;
  readonly field: string | undefined;
}

async function judged(url: URL, { resolver, reach, server, signal, field }: Judgement) {
  const addresses = await resolver.addressesOf(url.hostname, signal);
  for (const near of addresses.map(reachOfAddress)) {
    if (isAsNearAs(reach, near)) continue;
    const own = server === undefined ? [] : await resolver.addressesOf(server.hostname, signal);
    // By all of them: a server that is on the internet too is a server on the internet.
    const isNeighbour = own.length > 0 && own.every((address) => isAsNearAs(reachOfAddress(address), near));
    if (!isNeighbour) throw outOfReach(url, field, near);
  }
  return addresses;
}
