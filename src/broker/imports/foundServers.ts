import { defined } from '../../base/defined.js';
import type { ConfiguredServer } from '../../mcpClients/configuredServer.js';
import { serversInFile } from '../../mcpClients/configuredServers.js';
import { ConfigurationFault } from '../../mcpClients/configurationText.js';
import type { EntryPath } from '../../mcpClients/mcpClient.js';
import { Redacted } from '../../base/redacted.js';
import { addressOf, displayText } from '../../base/displayText.js';
import {
  parseServers,
  parseServerUrl,
  type ServerConfig,
  type NamedServer,
} from '../settings/serverSettings.js';
import { isSecretName, isSecretValue } from '../settings/likelySecrets.js';
import { importedHeaders, isReference } from './importedHeaders.js';
import type { OtherFile, ReadFile } from './otherFiles.js';

/** Longer than any server's address, in characters. */
const longestAddress = 2_000;

/** The place of a server's entry. */
interface FoundEntry {
  readonly file: OtherFile;
  readonly path: EntryPath;
  readonly name: string;
  /** The folder it is for, if the file holds servers of single folders. */
  readonly folder?: string;
}

/** A server's entry as our settings have it. */
export interface ServerEntry {
  readonly type: 'http' | 'sse';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly oauth?: { readonly clientId?: string; readonly scopes?: readonly string[] };
}

/** A server that files of other programs have, however many of them. */
export interface FoundServer {
  readonly name: string;
  /** As it stands in the file if it cannot be used. */
  readonly url: string;
  readonly entries: readonly FoundEntry[];
  readonly entry: ServerEntry;
  readonly clientSecret?: Redacted;
  /** What of the entries is not taken over, such as `Authorization`. */
  readonly leftOut: readonly string[];
  /** Whether it is switched off wherever it stands. */
  readonly isDisabled: boolean;
  /** The name of the server of ours that has the address. */
  readonly configuredAs?: string;
  /** Why it cannot be imported, beginning with the field. */
  readonly problem?: string;
}

/** A file that cannot be read as its program would. */
interface FileFault {
  readonly file: OtherFile;
  readonly message: string;
}

export interface Found {
  readonly servers: readonly FoundServer[];
  readonly faults: readonly FileFault[];
}

/** What the broker already knows. */
export interface KnownServers {
  readonly servers: readonly ServerConfig[];
  /** Why a policy forbids a server. */
  readonly refusal?: (server: NamedServer) => string | undefined;
  /** Whether the broker itself serves other programs at an address. */
  readonly isOwnAddress?: (url: string) => boolean;
}

/** The remote servers of all files, each address once, in the order of the files. */
export function foundServers(files: readonly ReadFile[], known: KnownServers): Found {
  const faults: FileFault[] = [];
  const unusable: FoundServer[] = [];
  const byAddress = new Map<string, { readonly server: ConfiguredServer; readonly at: FoundEntry }[]>();
  for (const { file, text } of files) {
    try {
      const inFile = serversInFile(text, file.client);
      for (const server of inFile.servers) {
        const parsed = parseServerUrl(server.url);
        const address = 'url' in parsed ? parsed.url : server.url;
        if (known.isOwnAddress?.(address) === true) continue;
        const group = byAddress.get(address) ?? [];
        group.push({ server, at: placeOf(server, file) });
        byAddress.set(address, group);
      }
      for (const entry of inFile.faulty)
        unusable.push(unusableServer(entry.name, placeOf(entry, file), inField(entry.field, entry.message)));
    } catch (error) {
      if (!(error instanceof ConfigurationFault)) throw error;
      faults.push({ file, message: error.message });
    }
  }
  return {
    servers: [...[...byAddress].map(([url, group]) => merged(url, group, known)), ...unusable],
    faults,
  };
}

function merged(
  url: string,
  group: readonly { readonly server: ConfiguredServer; readonly at: FoundEntry }[],
  known: KnownServers,
): FoundServer {
  const servers = group.map(({ server }) => server);
  const entries = group.map(({ at }) => at);
  const isUsable = (text: string | undefined) => text !== undefined && !isReference(text);
  // A registration is taken whole from one entry: a secret belongs to its client id.
  const registered = servers.find(({ clientId }) => isUsable(clientId));
  const scopes = servers
    .find((server) => isUsable(server.scopes))
    ?.scopes?.trim()
    .split(/\s+/);
  const clientSecret = isUsable(registered?.clientSecret) ? registered?.clientSecret : undefined;
  const headers = servers.map((server) => importedHeaders(server.headers));
  const kept = headers.find((each) => Object.keys(each.kept).length > 0)?.kept;
  const oauth = defined({
    clientId: registered?.clientId,
    scopes,
  });
  const entry: ServerEntry = defined({
    type: servers.every(({ type }) => type === 'sse') ? 'sse' : 'http',
    url,
    headers: kept,
    oauth: Object.keys(oauth).length > 0 ? oauth : undefined,
  });
  const name = shownName(entries[0]?.name ?? '');
  const problem =
    addressProblem(servers.map((server) => server.url)) ??
    entryProblem(entry) ??
    known.refusal?.({ name, url });
  const configured = known.servers.find((server) => server.url === url);
  const references = (['clientId', 'clientSecret', 'scopes'] as const).filter((field) =>
    servers.some((server) => server[field] !== undefined && isReference(server[field])),
  );
  return defined({
    name,
    url,
    entries,
    entry,
    clientSecret: clientSecret !== undefined ? new Redacted(clientSecret) : undefined,
    leftOut: [...new Set([...headers.flatMap(({ leftOut }) => leftOut), ...references])],
    isDisabled: servers.every(({ isDisabled }) => isDisabled),
    configuredAs: configured?.name,
    problem,
  });
}

function addressProblem(urls: readonly string[]): string | undefined {
  if (urls.some((url) => /\$(\{|%7B)/i.test(url)))
    return 'url: It contains a variable that only the other program can resolve.';
  if (urls.some((url) => url.length > longestAddress)) return 'url: It is too long for an address.';
  const secret = urls
    .flatMap((url) => [...(addressOf(url)?.searchParams ?? [])])
    .find(([name, value]) => isSecretName(name) || isSecretValue(name, value));
  if (secret === undefined) return undefined;
  return `url: Its parameter “${secret[0]}” may be a secret, which does not belong in settings. Add the server without it.`;
}

function entryProblem(entry: ServerEntry): string | undefined {
  const [problem] = parseServers({ server: entry }).problems;
  return problem === undefined ? undefined : inField(problem.field, problem.message);
}

function unusableServer(name: string, at: FoundEntry, problem: string): FoundServer {
  const entry = { type: 'http', url: '' } as const;
  return { name: shownName(name), url: '', entries: [at], entry, leftOut: [], isDisabled: false, problem };
}

/** What the user does not see of a name cannot be a part of it here: two servers would look the same. */
function shownName(name: string): string {
  return displayText(name) ?? 'server';
}

interface ServerPlace {
  readonly name: string;
  readonly path: ConfiguredServer['path'];
  readonly folder?: string | undefined;
}

function placeOf({ name, path, folder }: ServerPlace, file: OtherFile): FoundEntry {
  return defined({ file, path, name, folder });
}

function inField(field: string, message: string): string {
  return message.startsWith(field) ? message : `${field}: ${message}`;
}
