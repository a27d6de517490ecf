import { defined } from '../../base/defined.js';
import { isObject } from '../../oauth/jsonResponse.js';
import { isSecureAddress } from '../../base/displayText.js';
import { parseOAuthSettings, shorten, type OAuthSettings } from './oauthSettings.js';

/** A server by its address alone. */
export interface ServerAddress {
  readonly url: string;
}

/** A server by the name that its settings give it. */
export interface ServerLabel {
  readonly name: string;
}

/** A server by its name and address. */
export interface NamedServer extends ServerAddress, ServerLabel {}

/** A server by its address and the transport that it speaks. */
export interface ServerEndpoint extends ServerAddress {
  readonly type?: 'sse';
}

/** An MCP server as the user configured it, with the field names of `mcp.json`. */
export interface ServerConfig {
  readonly name: string;
  /** The transport; absent: Streamable HTTP. */
  readonly type?: 'sse';
  /** The upstream's address, normalized; a token for this server goes here and nowhere else. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly oauth: OAuthSettings;
  /** No MCP server, but the organization's identity provider: `url` is its issuer. */
  readonly isIdentityProvider?: true;
}

/** An entry, or a field of one, that cannot be used; the other entries still are. */
export interface SettingProblem {
  readonly server: string;
  /** Dotted path below the entry, empty for the entry itself. */
  readonly field: string;
  /** The fault and how to correct it, as a sentence. */
  readonly message: string;
}

export interface ParsedServers {
  /** Those in use. */
  readonly servers: readonly ServerConfig[];
  /** Those with `"disabled": true`: they are kept, and used for nothing. */
  readonly disabled: readonly ServerConfig[];
  readonly problems: readonly SettingProblem[];
}

const entryFields = new Set(['type', 'url', 'headers', 'oauth', 'disabled']);
const headerName = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** What HTTP can carry (RFC 9110 §5.5) and `fetch` takes. */
const headerValue = /^[\t\x20-\x7e\x80-\xff]*$/;
/** What a sign-in is for. */
const credentialHeaders = new Set(['authorization', 'cookie', 'dpop']);
/** The relay, the broker and `fetch` set these; a configured one would be lost or would break the request. */
const reservedHeaders = new Set([
  ...['accept', 'content-type', 'content-length', 'last-event-id'],
  ...['mcp-method', 'mcp-name', 'mcp-protocol-version', 'mcp-session-id'],
  ...['connection', 'expect', 'host', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade'],
]);

/**
 * Reads the value of `mcpOAuthBroker.servers`.
 *
 * @param value the setting as the editor gives it: a map from server name to entry
 */
export function parseServers(value: unknown): ParsedServers {
  const servers: ServerConfig[] = [];
  const disabled: ServerConfig[] = [];
  const problems: SettingProblem[] = [];
  if (value === undefined || value === null) return { servers, disabled, problems };
  if (!isObject(value)) {
    problems.push({
      server: '',
      field: '',
      message: 'mcpOAuthBroker.servers must be an object: server name → entry.',
    });
    return { servers, disabled, problems };
  }
  for (const [name, entry] of Object.entries(value)) {
    const before = problems.length;
    const report = (field: string, message: string) => problems.push({ server: name, field, message });
    const server = parseEntry(name, entry, report);
    if (server === undefined || problems.length > before) continue;
    (isDisabled(entry) ? disabled : servers).push(server);
  }
  return { servers, disabled, problems };
}

/**
 * Reads an address as a user types it.
 *
 * @returns the normalized address, or why it cannot be an MCP server's
 */
export function parseServerUrl(text: string): { readonly url: string } | { readonly problem: string } {
  const trimmed = text.trim();
  if (!URL.canParse(trimmed)) {
    return {
      problem: `“${shorten(trimmed)}” is not a URL. Enter the whole address, such as https://mcp.example.com/mcp.`,
    };
  }
  const url = new URL(trimmed);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return {
      problem: `${url.protocol} addresses are not supported. The address of an MCP server must start with https://.`,
    };
  }
  if (url.username !== '' || url.password !== '') {
    return {
      problem:
        'The address contains a user name or password. Remove it, because secrets do not belong in settings.',
    };
  }
  if (!isSecureAddress(url)) {
    return { problem: `http:// would send your token to ${url.host} unencrypted. Use https://.` };
  }
  url.hash = '';
  return { url: url.href };
}

function parseEntry(
  name: string,
  entry: unknown,
  report: (field: string, message: string) => void,
): ServerConfig | undefined {
  const fault = serverNameFault(name);
  if (fault !== undefined) report('', fault);
  if (!isObject(entry)) {
    report('', 'The entry must be an object such as { "type": "http", "url": "https://…" }.');
    return undefined;
  }
  for (const field of Object.keys(entry)) {
    if (!entryFields.has(field))
      report(field, `“${field}” is not a known field. Known fields: ${list(entryFields)}.`);
  }
  if (entry['type'] !== undefined && entry['type'] !== 'http' && entry['type'] !== 'sse') {
    report('type', 'type must be "http" (Streamable HTTP) or "sse" (the older HTTP+SSE).');
  }
  if (entry['disabled'] !== undefined && typeof entry['disabled'] !== 'boolean')
    report('disabled', 'disabled must be true or false.');
  let url = '';
  if (typeof entry['url'] !== 'string') {
    report('url', 'url is required: the address of the MCP server, such as https://mcp.example.com/mcp.');
  } else {
    const parsed = parseServerUrl(entry['url']);
    if ('problem' in parsed) report('url', parsed.problem);
    else url = parsed.url;
  }
  return defined({
    name,
    type: entry['type'] === 'sse' ? 'sse' : undefined,
    url,
    headers: parseHeaders(entry['headers'], report),
    oauth: parseOAuthSettings(entry['oauth'], report),
  });
}

function isDisabled(entry: unknown): boolean {
  return isObject(entry) && entry['disabled'] === true;
}

/** Why a name cannot be a server's: names stand in the paths of addresses, which take away some of them. */
export function serverNameFault(name: string): string | undefined {
  if (name.trim() === '') return 'A server needs a name.';
  if (!name.isWellFormed() || /[\p{Cc}\p{Zl}\p{Zp}]/u.test(name)) {
    return 'The name contains characters that cannot be shown. Use another name.';
  }
  if (['.', '..', '__proto__'].includes(name)) return `“${name}” cannot be used as a name. Use another name.`;
  return undefined;
}

function parseHeaders(
  value: unknown,
  report: (field: string, message: string) => void,
): Record<string, string> {
  if (value === undefined) return {};
  if (!isObject(value)) {
    report('headers', 'headers must be an object: header name → value.');
    return {};
  }
  const headers: [string, string][] = [];
  for (const [header, text] of Object.entries(value)) {
    const field = `headers.${header}`;
    if (!headerName.test(header)) report(field, `“${shorten(header)}” is not a header name.`);
    else if (credentialHeaders.has(header.toLowerCase())) {
      report(field, `${header} is set by the broker; remove it and sign in instead.`);
    } else if (reservedHeaders.has(header.toLowerCase())) {
      report(field, `${header} is set by the broker; remove it.`);
    } else if (typeof text !== 'string' || !headerValue.test(text)) {
      report(field, `${header} must be text on one line, with Latin-1 characters only.`);
    } else headers.push([header, text]);
  }
  return Object.fromEntries(headers);
}

function list(names: Iterable<string>): string {
  return [...names].join(', ');
}
