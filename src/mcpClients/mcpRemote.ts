import { defined } from '../base/defined.js';
import { ConfigurationFault, memberAt, parseConfiguration } from './configurationText.js';
import type { RemoteServer } from './configuredServer.js';

/** The package, with a version or without. */
const packageName = /^mcp-remote(@.+)?$/;

/**
 * The remote server that an entry reaches through the command `mcp-remote`, which clients without OAuth of their own
 * use: `npx -y mcp-remote https://… [port] [--transport sse-only] [--header "Name: value"]`, and the client's
 * registration as JSON after `--static-oauth-client-info` and `--static-oauth-client-metadata`.
 *
 * @returns undefined if the entry runs another command
 */
export function mcpRemoteServer(entry: Readonly<Record<string, unknown>>): RemoteServer | undefined {
  const { command, args } = entry;
  const words = [command, ...(Array.isArray(args) ? (args as readonly unknown[]) : [])];
  const place = words.findIndex((word) => typeof word === 'string' && packageName.test(lastPart(word)));
  const given = words.slice(place + 1).filter((word) => typeof word === 'string');
  const [url] = given;
  if (place === -1 || url === undefined || !URL.canParse(url)) return undefined;
  const isSse = valuesOf(given, '--transport').includes('sse-only');
  return defined({
    url,
    type: isSse ? ('sse' as const) : undefined,
    headers: Object.fromEntries(valuesOf(given, '--header').flatMap(header)),
    ...registration(given),
    isDisabled: entry['disabled'] === true,
  });
}

/** A registration in a file of its own (`@path`) is not looked at. */
function registration(given: readonly string[]): Pick<RemoteServer, 'clientId' | 'clientSecret' | 'scopes'> {
  const member = (option: string, name: string) => {
    const value = memberAt(jsonOf(valuesOf(given, option)[0]), [name]);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const clientId = member('--static-oauth-client-info', 'client_id');
  const clientSecret = member('--static-oauth-client-info', 'client_secret');
  const scopes = member('--static-oauth-client-metadata', 'scope');
  return defined({
    clientId,
    clientSecret,
    scopes,
  });
}

function jsonOf(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : parseConfiguration(text, 'json');
  } catch (error) {
    if (error instanceof ConfigurationFault) return undefined;
    throw error;
  }
}

function valuesOf(words: readonly string[], option: string): readonly string[] {
  return words.flatMap((word, place) => (words[place - 1] === option ? [word] : []));
}

function header(text: string): readonly (readonly [string, string])[] {
  const colon = text.indexOf(':');
  return colon < 1 ? [] : [[text.slice(0, colon).trim(), text.slice(colon + 1).trim()]];
}

function lastPart(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}
