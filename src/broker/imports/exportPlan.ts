import { defined } from '../../base/defined.js';
import { parseConfiguration, memberAt, isMembers } from '../../mcpClients/configurationText.js';
import { configuredServers } from '../../mcpClients/configuredServers.js';
import { mcpClients, type EntryPath, type McpClientId } from '../../mcpClients/mcpClient.js';
import { parseServerUrl, type ServerConfig } from '../settings/serverSettings.js';
import { importedHeaders } from './importedHeaders.js';
import { freeName, withEntries, type FileEdit } from './importPlan.js';
import type { OtherFile } from './otherFiles.js';

type Members = Readonly<Record<string, unknown>>;

/** What an export writes into one file. */
export interface ExportPlan {
  /** Undefined if the file has all of the servers. */
  readonly edit: FileEdit | undefined;
  /** Names in the file, by our names. */
  readonly names: readonly (readonly [ours: string, theirs: string])[];
  /** Names of servers that the file has already, by address. */
  readonly present: readonly string[];
}

/**
 * @param text undefined: there is no such file
 * @throws ConfigurationFault if the text is not of the client's format
 */
export function exportPlan(
  servers: readonly ServerConfig[],
  file: OtherFile,
  text: string | undefined,
): ExportPlan {
  const { format, collection } = mcpClients[file.client];
  const before = text ?? '';
  const addresses = new Set(configuredServers(before, file.client).map(({ url }) => addressOf(url)));
  const present = servers.filter(({ url }) => addresses.has(url));
  const missing = servers.filter(({ url }) => !addresses.has(url));
  const others = memberAt(parseConfiguration(before, format), [collection]);
  const taken = isMembers(others) ? Object.keys(others) : [];
  const names: (readonly [string, string])[] = [];
  for (const { name } of missing)
    names.push([name, freeName(name, [...taken, ...names.map(([, theirs]) => theirs)])]);
  const entries = missing.map((server, place): readonly [EntryPath, Members] => {
    const theirs = names[place]?.[1] ?? server.name;
    return [[collection, theirs], exportedEntry(server, file.client)];
  });
  const edit = {
    file,
    before: text,
    after: withEntries(before, format, entries),
    removed: [],
    added: entries.map(([path]) => path),
  };
  return { edit: missing.length > 0 ? edit : undefined, names, present: present.map(({ name }) => name) };
}

/** A file of the client's format with nothing but these servers. */
export function exportedDocument(servers: readonly ServerConfig[], client: McpClientId): string {
  const { format, collection } = mcpClients[client];
  return withEntries(
    '',
    format,
    servers.map((server) => [[collection, server.name], exportedEntry(server, client)]),
  );
}

/**
 * The server as the client has its entries: address, transport, headers that hold no secret, and client id. Secrets and
 * tokens never leave the broker.
 */
function exportedEntry(server: ServerConfig, client: McpClientId): Members {
  const { url } = server;
  const type = server.type ?? 'http';
  const { kept } = importedHeaders(server.headers);
  const headers = Object.keys(kept).length > 0 ? { headers: kept } : {};
  const { clientId, scopes } = server.oauth;
  const inOAuth = (oauth: Members) => (clientId === undefined ? {} : { oauth });
  const scopeText = scopes === undefined ? {} : { scopes: scopes.join(' ') };
  const scopeList = scopes === undefined ? {} : { scopes };
  switch (client) {
    case 'vscode':
      return { type, url, ...headers, ...inOAuth({ clientId }) };
    case 'claudeCode':
      return { type, url, ...headers, ...inOAuth({ clientId, ...scopeText }) };
    case 'claudeDesktop':
      return { command: 'npx', args: mcpRemoteArguments(server, kept) };
    case 'copilotCli':
      return {
        type,
        url,
        tools: ['*'],
        ...headers,
        ...(clientId !== undefined && { oauthClientId: clientId }),
      };
    case 'codex':
      return defined({
        url,
        http_headers: Object.keys(kept).length > 0 ? kept : undefined,
        ...scopeList,
        ...inOAuth({ client_id: clientId }),
      });
    case 'cursor':
      return {
        url,
        ...headers,
        ...(clientId !== undefined && { auth: { CLIENT_ID: clientId, ...scopeList } }),
      };
    case 'gemini':
      return {
        ...(type === 'sse' ? { url, type } : { httpUrl: url }),
        ...headers,
        ...inOAuth({ enabled: true, clientId, ...scopeList }),
      };
    case 'windsurf':
      return { serverUrl: url, ...headers };
  }
}

/** Claude Desktop's file has no remote servers. Users of remote servers run this bridge. */
function mcpRemoteArguments(
  { url, type, oauth }: ServerConfig,
  headers: Readonly<Record<string, string>>,
): string[] {
  return [
    ...['-y', 'mcp-remote', url],
    ...(type === 'sse' ? ['--transport', 'sse-only'] : []),
    ...Object.entries(headers).flatMap(([name, value]) => ['--header', `${name}:${value}`]),
    ...(oauth.clientId === undefined
      ? []
      : ['--static-oauth-client-info', JSON.stringify({ client_id: oauth.clientId })]),
  ];
}

function addressOf(url: string): string {
  const parsed = parseServerUrl(url);
  return 'url' in parsed ? parsed.url : url;
}
