import type { RemoteServer } from './configuredServer.js';

/** The package, with a version or without. */
const packageName = /^mcp-remote(@.+)?$/;

/**
 * The remote server that an entry reaches through the command `mcp-remote`, which clients without OAuth of their own
 * use: `npx -y mcp-remote https://… [port] [--transport sse-only] [--header "Name: value"]`.
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
  return {
    url,
    ...(isSse && { type: 'sse' as const }),
    headers: Object.fromEntries(valuesOf(given, '--header').flatMap(header)),
    isDisabled: entry['disabled'] === true,
  };
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
