import { defined } from '../../base/defined.js';
import { isObject, type UntrustedJson } from '../../oauth/jsonResponse.js';
import { isWithinReach, onWordOf } from '../../oauth/networkReach.js';
import { addressOf, displayText, shownAddress } from '../../base/displayText.js';
import { parseServerUrl, type ServerEndpoint } from '../settings/serverSettings.js';

/** A server of a registry that is reached over the network. All texts are as its publisher wrote them. */
export interface RegistryServer {
  /** Such as `io.github.owner/server`. */
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly isDeprecated: boolean;
  readonly remote: RegistryRemote;
}

/** The address of such a server. */
type RegistryRemote =
  | ({ readonly kind: 'usable' } & ServerEndpoint)
  /** What the broker would have to do for it and does not. */
  | { readonly kind: 'unsupported'; readonly address: string; readonly reason: string };

/** One page of a registry's list of servers. */
export interface RegistryPage {
  readonly servers: readonly RegistryServer[];
  readonly nextCursor?: string;
}

const longestCursor = 2_000;
const officialMeta = 'io.modelcontextprotocol.registry/official';

/**
 * Reads the response to `GET /v0.1/servers`. Entries without a remote address (they are run locally, from a package), and
 * entries that cannot be read, are left out.
 *
 * @param registry its address: servers may be no nearer to this machine than the registry that names them
 * @returns undefined if it is no list of servers
 * @see https://github.com/modelcontextprotocol/registry/blob/main/docs/reference/api/openapi.yaml (`ServerList`)
 */
export function parseRegistryPage(json: UntrustedJson, registry: string): RegistryPage | undefined {
  const { servers: entries, metadata } = json;
  if (!Array.isArray(entries)) return undefined;
  const servers = entries.flatMap((entry: unknown) => parseEntry(entry, registry) ?? []);
  const next = isObject(metadata) ? (metadata['nextCursor'] ?? metadata['next_cursor']) : undefined;
  const isCursor = typeof next === 'string' && next !== '' && next.length <= longestCursor;
  return defined({ servers, nextCursor: isCursor ? next : undefined });
}

function parseEntry(entry: unknown, registry: string): RegistryServer | undefined {
  if (!isObject(entry) || !isObject(entry['server'])) return undefined;
  const { name, title, description, remotes } = entry['server'];
  const readable = displayText(name);
  if (readable === undefined || readable !== name || !Array.isArray(remotes)) return undefined;
  const status = statusOf(entry['_meta']);
  const remote = bestRemote(remotes, registry);
  if (remote === undefined || status === 'deleted') return undefined;
  const [shownTitle, shownDescription] = [displayText(title), displayText(description)];
  return defined({
    name,
    title: shownTitle,
    description: shownDescription,
    isDeprecated: status === 'deprecated',
    remote,
  });
}

function statusOf(meta: unknown): unknown {
  const official = isObject(meta) ? meta[officialMeta] : undefined;
  return isObject(official) ? official['status'] : undefined;
}

/** The first usable one, of Streamable HTTP if there is any: HTTP+SSE is its predecessor. */
function bestRemote(remotes: readonly unknown[], registry: string): RegistryRemote | undefined {
  const read = remotes.flatMap((remote) => parseRemote(remote, registry) ?? []);
  const usable = read.filter(({ kind }) => kind === 'usable');
  return usable.find((remote) => !('type' in remote)) ?? usable[0] ?? read[0];
}

function parseRemote(remote: unknown, registry: string): RegistryRemote | undefined {
  if (!isObject(remote)) return undefined;
  const { type, url, headers } = remote;
  if ((type !== 'streamable-http' && type !== 'sse') || typeof url !== 'string') return undefined;
  const reason = unsupported(url, headers, registry);
  if (reason !== undefined) {
    return { kind: 'unsupported', address: displayText(shownAddress(url)) ?? '', reason };
  }
  const parsed = parseServerUrl(url);
  if ('problem' in parsed) return undefined;
  return defined({ kind: 'usable', url: parsed.url, type: type === 'sse' ? type : undefined });
}

function unsupported(url: string, headers: unknown, registry: string): string | undefined {
  const variables = [...url.matchAll(/\{([^{}]*)\}/g)].map(([, name = '']) => displayText(name) ?? '?');
  if (variables.length > 0) {
    return `Its address has placeholders: ${variables.join(', ')}. Type the whole address instead.`;
  }
  const parsed = parseServerUrl(url);
  if ('problem' in parsed) return parsed.problem;
  const address = addressOf(parsed.url);
  if (address === undefined || !isWithinReach(address, onWordOf(registry).reach)) {
    return 'Its address is on this machine or in a private network.';
  }
  const header = requiredHeader(headers);
  if (header === undefined) return undefined;
  return `It requires the header ${header}. If it supports sign-in instead, type its address.`;
}

function requiredHeader(headers: unknown): string | undefined {
  if (!Array.isArray(headers)) return undefined;
  const required = headers.find((header: unknown) => isObject(header) && header['isRequired'] === true) as
    UntrustedJson | undefined;
  return required === undefined ? undefined : (displayText(required['name']) ?? '?');
}
