import { isMembers, memberAt, parseConfiguration } from './configurationText.js';
import { mcpClients, type EntryPath, type McpClientId } from './mcpClient.js';
import type { ConfiguredServer, FaultyEntry, RemoteServer } from './configuredServer.js';
import { mcpRemoteServer } from './mcpRemote.js';

type Members = Readonly<Record<string, unknown>>;

/** An entry of a file, and its content. */
interface Entry extends Pick<ConfiguredServer, 'name' | 'path' | 'folder'> {
  readonly entry: unknown;
}

/** The member that a client writes the address of a Streamable HTTP server into, if it is not `url`. */
const addressField: Readonly<Partial<Record<McpClientId, string>>> = {
  gemini: 'httpUrl',
  windsurf: 'serverUrl',
};

/** The servers in a configuration file. */
export interface ServersInFile {
  /**
   * The remote servers. Those that run as a command are left out, unless the command is `mcp-remote`, which stands for
   * a remote server.
   */
  readonly servers: readonly ConfiguredServer[];
  /** The entries that stand for a server and cannot be one, each with the field that is at fault. */
  readonly faulty: readonly FaultyEntry[];
}

/** @throws ConfigurationFault if the text is not of the client's format */
export function serversInFile(text: string, id: McpClientId): ServersInFile {
  const entries = entriesIn(text, id);
  return {
    servers: entries.flatMap(({ entry, ...place }) => {
      const server = isMembers(entry) ? remoteServer(entry, id) : undefined;
      return server === undefined ? [] : [{ ...server, ...place }];
    }),
    faulty: entries.flatMap(({ entry, ...place }) => {
      const fault = entryFault(entry, id);
      return fault === undefined ? [] : [{ ...place, ...fault }];
    }),
  };
}

/** @throws ConfigurationFault if the text is not of the client's format */
export function configuredServers(text: string, id: McpClientId): readonly ConfiguredServer[] {
  return serversInFile(text, id).servers;
}

function entriesIn(text: string, id: McpClientId): readonly Entry[] {
  const client = mcpClients[id];
  const root = parseConfiguration(text, client.format);
  const collections = [{ path: [client.collection] as EntryPath, folder: undefined as string | undefined }];
  if (client.hasProjects === true) {
    for (const folder of Object.keys(membersOf(root['projects'])))
      collections.push({ path: ['projects', folder, client.collection], folder });
  }
  return collections.flatMap(({ path, folder }) =>
    Object.entries(membersOf(memberAt(root, path))).map(([name, entry]) => ({
      entry,
      name,
      path: [...path, name],
      ...(folder !== undefined && { folder }),
    })),
  );
}

function entryFault(entry: unknown, id: McpClientId): Pick<FaultyEntry, 'field' | 'message'> | undefined {
  if (!isMembers(entry)) return { field: '', message: 'The entry must be an object.' };
  if (entry['command'] !== undefined || addressOf(entry, id) !== undefined) return undefined;
  const given = ['httpUrl', 'serverUrl', 'url'].find((name) => entry[name] !== undefined);
  if (given !== undefined) return { field: given, message: `${given} must be text.` };
  const field = addressField[id] ?? 'url';
  return { field, message: `${field} is missing: the address of the server.` };
}

function remoteServer(entry: Members, id: McpClientId): RemoteServer | undefined {
  const address = addressOf(entry, id);
  if (address === undefined) return mcpRemoteServer(entry);
  const oauth = oauthOf(entry);
  return {
    ...address,
    headers: headersOf(entry),
    ...oauth,
    isDisabled: entry['disabled'] === true || entry['enabled'] === false,
  };
}

function addressOf(entry: Members, id: McpClientId): Pick<RemoteServer, 'url' | 'type'> | undefined {
  // Gemini CLI: `httpUrl` is Streamable HTTP and a plain `url` is HTTP+SSE; Windsurf writes `serverUrl`.
  const { httpUrl, serverUrl, url, type } = entry;
  if (id === 'gemini' && typeof httpUrl === 'string') return { url: httpUrl };
  if (id === 'windsurf' && typeof serverUrl === 'string') return { url: serverUrl };
  if (typeof url !== 'string') return undefined;
  const isSse = type === 'sse' || (id === 'gemini' && type === undefined);
  return { url, ...(isSse && { type: 'sse' as const }) };
}

/** Codex names environment variables that hold values; they are written as references, as the other clients write them. */
function headersOf(entry: Members): Readonly<Record<string, string>> {
  const { bearer_token_env_var: token, env_http_headers: fromEnvironment } = entry;
  const variables = Object.entries(texts(fromEnvironment));
  return {
    ...texts(entry['headers'] ?? entry['http_headers']),
    ...Object.fromEntries(variables.map(([name, variable]) => [name, `\${env:${variable}}`])),
    ...(typeof token === 'string' && { Authorization: `Bearer \${env:${token}}` }),
  };
}

/** The client's registration: `oauth` in most formats, `auth` in Cursor's, members of the entry in Copilot CLI's. */
function oauthOf(entry: Members): Pick<RemoteServer, 'clientId' | 'clientSecret' | 'scopes'> {
  const oauth = membersOf(entry['oauth'] ?? entry['auth']);
  const clientId = firstText(
    oauth['clientId'],
    oauth['client_id'],
    oauth['CLIENT_ID'],
    entry['oauthClientId'],
  );
  const clientSecret = firstText(oauth['clientSecret'], oauth['client_secret'], oauth['CLIENT_SECRET']);
  const scopes = scopeText(oauth['scopes'] ?? oauth['scope'] ?? entry['scopes']);
  return {
    ...(clientId !== undefined && { clientId }),
    ...(clientSecret !== undefined && { clientSecret }),
    ...(scopes !== undefined && { scopes }),
  };
}

function scopeText(value: unknown): string | undefined {
  const scopes = Array.isArray(value) ? value.filter((scope) => typeof scope === 'string').join(' ') : value;
  return typeof scopes === 'string' && scopes.trim() !== '' ? scopes : undefined;
}

function firstText(...values: readonly unknown[]): string | undefined {
  return values.find((value): value is string => typeof value === 'string' && value !== '');
}

function membersOf(value: unknown): Members {
  return isMembers(value) ? value : {};
}

function texts(value: unknown): Readonly<Record<string, string>> {
  const entries = Object.entries(membersOf(value));
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
