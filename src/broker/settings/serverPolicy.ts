import { isObject } from '../../oauth/jsonResponse.js';
import { addressOf } from '../../base/displayText.js';
import type { NamedServer } from './serverSettings.js';

/** What the editor's settings and an organization's policies say of which MCP servers may be used, as they were read. */
export interface ServerPolicy {
  /** `chat.mcp.access`, policy `ChatMCP`. */
  readonly access?: unknown;
  /** `chat.mcp.allowedServers`, policy `ChatAllowedMcpServers`; no list allows all. */
  readonly allowed?: unknown;
  /** `chat.mcp.deniedServers`, policy `ChatDeniedMcpServers`. It takes precedence over the list of allowed servers. */
  readonly denied?: unknown;
}

/**
 * Why a server may not be used. The editor itself compares these lists with the relay's address, which does not
 * identify the server. Here they are compared with the server's own address.
 *
 * @returns a sentence, or undefined if nothing forbids it
 */
export function policyRefusal(server: NamedServer, policy: ServerPolicy): string | undefined {
  if (policy.access === 'none') {
    return 'MCP servers are turned off here (chat.mcp.access). The administrator of this editor can turn them on.';
  }
  if (isListed(server, policy.denied)) {
    return 'The list of denied MCP servers (ChatDeniedMcpServers) contains this server. The administrator of this editor can remove it.';
  }
  if (Array.isArray(policy.allowed) && !isListed(server, policy.allowed)) {
    return 'The list of allowed MCP servers (ChatAllowedMcpServers) does not contain this server. The administrator of this editor can add it.';
  }
  return undefined;
}

/** An entry has exactly one of `serverName`, `serverUrl`, and `serverCommand`. Any other entry is ignored. */
function isListed({ name, url }: NamedServer, list: unknown): boolean {
  if (!Array.isArray(list)) return false;
  return (list as readonly unknown[]).some((entry) => {
    if (!isObject(entry)) return false;
    const { serverName, serverUrl, serverCommand } = entry;
    if ([serverName, serverUrl, serverCommand].filter((said) => said !== undefined).length !== 1)
      return false;
    if (typeof serverName === 'string') return serverName === name;
    return typeof serverUrl === 'string' && serverUrl !== '' && isMatch(serverUrl, url);
  });
}

/**
 * Addresses are compared without fragment and case, as the editor does. In a pattern, `*` stands for anything;
 * in the host only for what a host may hold, so that it reaches into no other part; `:*` for any port, or none.
 */
function isMatch(pattern: string, url: string): boolean {
  const address = comparable(url);
  if (address === undefined) return false;
  if (!pattern.includes('*')) return comparable(pattern) === address;
  const parts = /^([a-z*]+):\/\/([^/?#\\]*)([^#]*)/i.exec(pattern);
  if (parts === null) return new RegExp(`^${wildcards(pattern, '.*')}$`, 'i').test(address);
  const [, scheme = '', authority = '', rest = ''] = parts;
  const host = authority.replace(/^.*@/, '');
  const anyPort = host.endsWith(':*');
  const named = anyPort ? host.slice(0, -2) : withoutDefaultPort(scheme, host);
  const path = rest === '' ? '/' : rest.startsWith('?') ? `/${rest}` : rest.replaceAll('\\', '/');
  const expression = [
    '^',
    wildcards(scheme, '[^:/]*'),
    '://',
    wildcards(named, '[^/@?#]*'),
    anyPort ? '(:\\d*)?' : '',
    wildcards(path, '.*'),
    '$',
  ].join('');
  return new RegExp(expression, 'i').test(address);
}

function comparable(text: string): string | undefined {
  const url = addressOf(text);
  return url === undefined ? undefined : (url.origin + url.pathname + url.search).toLowerCase();
}

function withoutDefaultPort(scheme: string, host: string): string {
  return host.replace(scheme.toLowerCase() === 'https' ? /:443$/ : /:80$/, '');
}

function wildcards(text: string, any: string): string {
  return text
    .split('*')
    .map((part) => part.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'))
    .join(any);
}
