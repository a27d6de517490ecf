import { isMembers, memberAt, parseConfiguration, withConfigurationEntry } from './configurationText.js';
import { mcpClients, type McpClientId } from './mcpClient.js';

type Members = Readonly<Record<string, unknown>>;

/** An entry to be written: its name and its content. */
export interface NamedEntry {
  readonly name: string;
  readonly value: Members;
}

/**
 * The names of a client's servers for all folders, whatever they run.
 *
 * @throws ConfigurationFault if the text is not of the client's format
 */
export function entryNames(text: string, id: McpClientId): ReadonlySet<string> {
  const { format, collection } = mcpClients[id];
  const servers = memberAt(parseConfiguration(text, format), [collection]);
  return new Set(isMembers(servers) ? Object.keys(servers) : []);
}

/**
 * The text with these entries in it, in place of any of the same names.
 *
 * @throws ConfigurationFault if the text is not of the client's format
 */
export function withEntries(text: string, id: McpClientId, entries: readonly NamedEntry[]): string {
  return changed(text, id, entries);
}

/**
 * Removes the entries that were written. An entry that has changed since belongs to the user and stays. An entry that
 * was replaced is restored.
 *
 * @param before the text before the entries were written; undefined if there was none
 * @throws ConfigurationFault if the text is not of the client's format
 */
export function withoutEntries(
  text: string,
  id: McpClientId,
  entries: readonly NamedEntry[],
  before: string | undefined,
): string {
  const { format, collection } = mcpClients[id];
  const now = parseConfiguration(text, format);
  const earlier = parsedOrNothing(before, id);
  const ours = entries.filter(({ name, value }) => runsTheSame(memberAt(now, [collection, name]), value));
  return changed(
    text,
    id,
    ours.map(({ name }) => {
      const replaced = memberAt(earlier, [collection, name]);
      return { name, value: isMembers(replaced) ? replaced : undefined };
    }),
  );
}

function changed(
  text: string,
  id: McpClientId,
  entries: readonly { readonly name: string; readonly value: Members | undefined }[],
): string {
  const { format, collection } = mcpClients[id];
  return entries.reduce(
    (current, { name, value }) => withConfigurationEntry(current, format, [collection, name], value),
    text,
  );
}

/** Clients add members of their own to an entry, such as a switch; what it runs makes it ours. */
function runsTheSame(entry: unknown, ours: Members): boolean {
  if (!isMembers(entry)) return false;
  return (
    entry['command'] === ours['command'] && JSON.stringify(entry['args']) === JSON.stringify(ours['args'])
  );
}

function parsedOrNothing(text: string | undefined, id: McpClientId): Members {
  if (text === undefined) return {};
  return parseConfiguration(text, mcpClients[id].format);
}
