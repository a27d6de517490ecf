import { defined } from '../base/defined.js';
import { OAuthFlowError } from './oauthFlowError.js';
import { shownAddress } from '../base/displayText.js';

/**
 * Where a host is, by its name alone: on this machine, in a private or link-local network, or anywhere.
 * `boundedFetch.ts` checks what a name resolves to.
 */
export type NetworkReach = 'thisMachine' | 'privateNetwork' | 'internet';

const nearness: Record<NetworkReach, number> = { internet: 0, privateNetwork: 1, thisMachine: 2 };

/** @see RFC 6890, RFC 6761 §6.3, RFC 4193, RFC 4291 §2.5, RFC 6052 §2.1 */
export function reachOf({ hostname }: URL): NetworkReach {
  const name = hostname.replace(/\.$/, '');
  if (name === 'localhost' || name.endsWith('.localhost')) return 'thisMachine';
  const v4 = /^\d+\.\d+\.\d+\.\d+$/.test(name) ? name.split('.').map(Number) : embeddedV4(name);
  if (v4 !== undefined) return reachOfV4(v4);
  if (name === '[::1]' || name === '[::]') return 'thisMachine';
  return /^\[f[cd]|^\[fe[89ab]/.test(name) ? 'privateNetwork' : 'internet';
}

/** Whether a host is an IP address: the URL parser has normalized it. */
export function isAddress({ hostname }: URL): boolean {
  return hostname.startsWith('[') || /^\d+\.\d+\.\d+\.\d+$/.test(hostname);
}

/** @param address as a resolver gives it; an IPv6 one may have a zone (RFC 4007 §11) */
export function reachOfAddress(address: string): NetworkReach {
  const [plain = ''] = address.split('%');
  return reachOf(new URL(`http://${plain.includes(':') ? `[${plain}]` : plain}/`));
}

/** Whether `one` is as near to this machine as `other`, or nearer. */
export function isAsNearAs(one: NetworkReach, other: NetworkReach): boolean {
  return nearness[one] >= nearness[other];
}

/** What is known of the configured server, which is the source of all addresses. */
export function onWordOf(server: string): { readonly server: URL; readonly reach: NetworkReach } {
  const url = new URL(server);
  return { server: url, reach: reachOf(url) };
}

/**
 * Whether a request or a browser may be sent to an address that a server's metadata names. A server on the internet
 * must not name a service of this machine or of its network, because the requests would not come from that server.
 *
 * @param from the configured server's reach: it can only name addresses that are no nearer to this machine than it is
 *   itself
 */
export function isWithinReach(url: URL, from: NetworkReach): boolean {
  return nearness[reachOf(url)] <= nearness[from];
}

/**
 * @param field the field of metadata or of a challenge that names the address, if there is one
 * @param resolved the address that its name resolves to, if that is out of reach
 */
export function outOfReach(url: URL, field?: string, resolved?: NetworkReach): OAuthFlowError {
  const place = (resolved ?? reachOf(url)) === 'thisMachine' ? 'on this machine' : 'in a private network';
  const where = resolved === undefined ? place : `by its addresses ${place}`;
  const named = field === undefined ? '' : `, which "${field}" names,`;
  return new OAuthFlowError(
    'addressOutOfReach',
    `${shownAddress(url)}${named} is ${where}, but the MCP server is not, so nothing is sent there.`,
    defined({
      url: shownAddress(url),
      field,
      fix: 'Tell the server’s administrator.',
    }),
  );
}

/** The last 32 bits of an address that stands for one of IPv4 (mapped, NAT64), as the URL parser writes it. */
function embeddedV4(name: string): number[] | undefined {
  const groups = /^\[(?:::ffff|64:ff9b:):([0-9a-f]+):([0-9a-f]+)\]$/
    .exec(name)
    ?.slice(1)
    .map((group) => parseInt(group, 16));
  return groups?.flatMap((group) => [group >> 8, group & 255]);
}

function reachOfV4([a = 0, b = 0]: readonly number[]): NetworkReach {
  // 0.0.0.0 is answered by this machine on many systems.
  if (a === 127 || a === 0) return 'thisMachine';
  const isPrivate =
    a === 10 ||
    (a === 172 && b >= 16 && b <= 31) ||
    (a === 192 && b === 168) ||
    (a === 169 && b === 254) ||
    (a === 100 && b >= 64 && b <= 127);
  return isPrivate ? 'privateNetwork' : 'internet';
}
