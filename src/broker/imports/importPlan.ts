import {
  ConfigurationFault,
  isMembers,
  memberAt,
  parseConfiguration,
  withConfigurationEntry,
} from '../../mcpClients/configurationText.js';
import { mcpClients, type ConfigurationFormat, type EntryPath } from '../../mcpClients/mcpClient.js';
import type { Redacted } from '../../base/redacted.js';
import { canonical } from '../settings/settingsToTakeOver.js';
import { serverNameFault } from '../settings/serverSettings.js';
import type { FoundServer, ServerEntry } from './foundServers.js';
import type { OtherFile, ReadFile } from './otherFiles.js';

/** A server that was chosen, and the name it gets here. */
export interface ChosenServer {
  readonly found: FoundServer;
  readonly name: string;
}

/** A client's secret on its way into secret storage. */
export interface SecretToKeep {
  readonly name: string;
  readonly url: string;
  readonly clientId: string;
  readonly secret: Redacted;
}

/** A file with entries taken out or put in. */
export interface FileEdit {
  readonly file: OtherFile;
  /** Undefined: the file does not exist yet. */
  readonly before: string | undefined;
  readonly after: string;
  readonly removed: readonly EntryPath[];
  readonly added: readonly EntryPath[];
}

/** What an import changes. */
export interface ImportPlan {
  readonly entries: Readonly<Record<string, ServerEntry>>;
  readonly secrets: readonly SecretToKeep[];
  readonly edits: readonly FileEdit[];
}

/**
 * @param files as they were read
 * @param isMoved whether the entries are removed from a file
 * @throws ConfigurationFault if a file cannot be changed without touching something else
 */
export function importPlan(
  chosen: readonly ChosenServer[],
  files: readonly ReadFile[],
  isMoved: (file: OtherFile) => boolean,
): ImportPlan {
  const edits = files
    .filter(({ file }) => isMoved(file))
    .flatMap(({ file, text }) => {
      const removed = chosen.flatMap(({ found }) =>
        found.entries.filter((entry) => entry.file.uri === file.uri).map(({ path }) => path),
      );
      if (removed.length === 0) return [];
      return [
        {
          file,
          before: text,
          after: without(text, mcpClients[file.client].format, removed),
          removed,
          added: [],
        },
      ];
    });
  return {
    entries: Object.fromEntries(chosen.map(({ found, name }) => [name, found.entry])),
    secrets: chosen.flatMap(({ found, name }) => {
      const clientId = found.entry.oauth?.clientId;
      if (found.clientSecret === undefined || clientId === undefined) return [];
      return [{ name, url: found.url, clientId, secret: found.clientSecret }];
    }),
    edits,
  };
}

/** The text without these entries, and with all else as it was. @throws ConfigurationFault */
export function without(text: string, format: ConfigurationFormat, paths: readonly EntryPath[]): string {
  const after = paths.reduce((rest, path) => withConfigurationEntry(rest, format, path, undefined), text);
  expectSameRest(text, after, format, paths);
  return after;
}

/**
 * The text with these entries put in.
 *
 * @throws ConfigurationFault if the text has something else in their place
 */
export function withEntries(
  text: string,
  format: ConfigurationFormat,
  entries: readonly (readonly [EntryPath, Readonly<Record<string, unknown>>])[],
): string {
  const present = parseConfiguration(text, format);
  const taken = entries.find(([path]) => memberAt(present, path) !== undefined);
  if (taken !== undefined) throw new ConfigurationFault(`It now has another “${taken[0].at(-1) ?? ''}”.`);
  const after = entries.reduce(
    (rest, [path, value]) => withConfigurationEntry(rest, format, path, value),
    text,
  );
  const paths = entries.map(([path]) => path);
  expectSameRest(text, after, format, paths);
  return after;
}

/**
 * A name that no other server has: the one given, or the same with a number.
 *
 * @param taken compared without case, as VS Code does
 */
export function freeName(name: string, taken: readonly string[]): string {
  const usable = serverNameFault(name) === undefined ? name.trim() : 'server';
  const lower = new Set(taken.map((each) => each.toLowerCase()));
  if (!lower.has(usable.toLowerCase())) return usable;
  let number = 2;
  while (lower.has(`${usable} ${number}`.toLowerCase())) number++;
  return `${usable} ${number}`;
}

function expectSameRest(
  before: string,
  after: string,
  format: ConfigurationFormat,
  paths: readonly EntryPath[],
): void {
  const rest = (text: string) => canonical(withoutMembers(parseConfiguration(text, format), paths, []));
  if (rest(before) !== rest(after))
    throw new ConfigurationFault('It can’t be changed without touching other parts.');
}

/** Without the entries, and without objects that hold nothing: a table of TOML goes with its last member. */
function withoutMembers(value: unknown, paths: readonly EntryPath[], at: EntryPath): unknown {
  if (!isMembers(value)) return value;
  const members = Object.entries(value)
    .filter(([name]) => !paths.some((path) => isSame(path, [...at, name])))
    .map(([name, member]) => [name, withoutMembers(member, paths, [...at, name])] as const)
    .filter(([, member]) => !isMembers(member) || Object.keys(member).length > 0);
  return Object.fromEntries(members);
}

function isSame(a: EntryPath, b: EntryPath): boolean {
  return a.length === b.length && a.every((name, place) => name === b[place]);
}
