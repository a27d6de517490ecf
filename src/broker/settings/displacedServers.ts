import { jsonAsTheEditorReads } from '../../mcpClients/jsonWithComments.js';
import { isObject } from '../../oauth/jsonResponse.js';
import { parseServerUrl } from './serverSettings.js';

/** A list of MCP servers that the editor reads from somewhere else than our settings. */
export interface OtherServerList {
  /** What the user knows the file by, such as `.vscode/mcp.json`. */
  readonly file: string;
  readonly names: readonly string[];
  /** The addresses of those that have one, by name. */
  readonly addresses?: ReadonlyMap<string, string>;
}

/** A server that the editor has from somewhere else at the address of one of ours. */
export interface ServerAtSameAddress<List> {
  readonly name: string;
  readonly list: List;
}

/**
 * The list that makes the editor switch one of our servers off. VS Code compares names without case, and of two servers
 * with one name it runs the one from a file (`McpCollisionEnablementModel` in `mcpService.ts`, collections in the order
 * workspace folder, workspace, user, extension).
 *
 * @param lists in the editor's order
 * @returns undefined if no other list has the name
 */
export function displacingList<List extends OtherServerList>(
  name: string,
  lists: readonly List[],
): List | undefined {
  const wanted = name.toLowerCase();
  return lists.find(({ names }) => names.some((other) => other.toLowerCase() === wanted));
}

/**
 * The server at the same address in another list. The editor would connect to it as well, and sign in there by itself.
 *
 * @param url normalized, as settings have it
 * @returns undefined if no other list has the address
 */
export function serverAtSameAddress<List extends OtherServerList>(
  url: string,
  lists: readonly List[],
): ServerAtSameAddress<List> | undefined {
  const wanted = withoutLastSlash(url);
  for (const list of lists)
    for (const [name, address] of list.addresses ?? [])
      if (withoutLastSlash(address) === wanted) return { name, list };
  return undefined;
}

/** The object `servers` of an `mcp.json`; undefined if the file cannot be read. */
export function serversIn(text: string): unknown {
  const value = jsonAsTheEditorReads(text);
  return isObject(value) ? value['servers'] : undefined;
}

/**
 * The servers of a folder's `.mcp.json`, below `mcpServers` or without anything around them, as VS Code reads either
 * form (`workspaceDotMcpDiscovery.ts`); undefined if the file cannot be read.
 */
export function dotMcpServersIn(text: string): unknown {
  const value = jsonAsTheEditorReads(text);
  const servers = isObject(value) && Object.hasOwn(value, 'mcpServers') ? value['mcpServers'] : value;
  if (!isObject(servers)) return undefined;
  const isServer = (entry: unknown) =>
    isObject(entry) && (typeof entry['url'] === 'string' || typeof entry['command'] === 'string');
  return Object.fromEntries(Object.entries(servers).filter(([, entry]) => isServer(entry)));
}

/** The normalized addresses in such an object, by name: those that one of our servers can have. */
export function serverAddresses(servers: unknown): ReadonlyMap<string, string> {
  const addresses = new Map<string, string>();
  for (const [name, entry] of isObject(servers) ? Object.entries(servers) : []) {
    if (!isObject(entry) || typeof entry['url'] !== 'string') continue;
    const parsed = parseServerUrl(entry['url']);
    if ('url' in parsed) addresses.set(name, parsed.url);
  }
  return addresses;
}

/** Two addresses that differ in it lead to one server nearly always. */
function withoutLastSlash(url: string): string {
  return url.replace(/\/$/, '');
}

/** The names in the object `servers` of such a file or of the setting `mcp`. */
export function serverNames(servers: unknown): readonly string[] {
  return isObject(servers) ? Object.keys(servers) : [];
}
