import { parse as parseToml, patch, stringify, TomlFormat } from '@decimalturn/toml-patch';
import { withJsonMember } from './jsonEntry.js';
import { JsonFault, parseJsonWithComments } from './jsonWithComments.js';
import type { ConfigurationFormat, EntryPath } from './mcpClient.js';
import { lineOfLongKey } from './tomlKeys.js';

/** A configuration file that is not what its format demands. Nothing of its text is in the message. */
export class ConfigurationFault extends Error {
  override readonly name = 'ConfigurationFault';
}

const byteOrderMark = '\uFEFF';

type Members = Readonly<Record<string, unknown>>;

/**
 * The contents of a configuration file. An empty file is an empty object, as its client takes it.
 *
 * @throws ConfigurationFault if the text is not of the format, or not an object
 */
export function parseConfiguration(text: string, format: ConfigurationFormat): Members {
  if (text.trim() === '') return {};
  const value = format === 'json' ? parsedJson(text) : parsedToml(text.replace(byteOrderMark, ''));
  if (!isMembers(value)) throw new ConfigurationFault('The file must contain an object.');
  return value;
}

/**
 * The text with one entry set, or removed. Comments and formatting around it stay as they are.
 *
 * @param value what the entry becomes; undefined removes it
 * @throws ConfigurationFault if the text is not of the format
 */
export function withConfigurationEntry(
  text: string,
  format: ConfigurationFormat,
  path: EntryPath,
  value: Members | undefined,
): string {
  // Some editors begin a file with a byte order mark, which the parsers that edit do not expect.
  if (text.startsWith(byteOrderMark))
    return byteOrderMark + withConfigurationEntry(text.slice(byteOrderMark.length), format, path, value);
  const present = parseConfiguration(text, format);
  if (value === undefined && memberAt(present, path) === undefined) return text;
  expectObjectsAbove(present, path);
  return format === 'json' ? withJsonMember(text, path, value) : withTomlEntry(text, present, path, value);
}

/** What stands in the way of an entry is the user's, and an entry put into it would break the file. */
function expectObjectsAbove(present: Members, path: EntryPath): void {
  for (let length = 1; length < path.length; length++) {
    const above = path.slice(0, length);
    const value = memberAt(present, above);
    if (value === undefined || isMembers(value)) continue;
    throw new ConfigurationFault(`${above.join('.')} must be an object.`);
  }
}

/** The value at a path of members; undefined if there is none. */
export function memberAt(value: unknown, path: EntryPath): unknown {
  return path.reduce<unknown>(
    (inner, name) => (isMembers(inner) && Object.hasOwn(inner, name) ? inner[name] : undefined),
    value,
  );
}

export function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function parsedJson(text: string): unknown {
  try {
    return parseJsonWithComments(text);
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    throw new ConfigurationFault(`Line ${error.line}, column ${error.column}: ${error.message}.`);
  }
}

function parsedToml(text: string): unknown {
  const long = lineOfLongKey(text);
  if (long !== undefined) throw new ConfigurationFault(`Line ${long}: it is nested too deeply.`);
  try {
    return parseToml(text);
  } catch (error) {
    // The parser's message repeats the line, which can hold a secret.
    const line = error instanceof Error && 'line' in error ? `Line ${String(error.line)}: ` : '';
    throw new ConfigurationFault(`${line}this is not valid TOML.`);
  }
}

function withTomlEntry(text: string, present: Members, path: EntryPath, value: Members | undefined): string {
  const isPresent = memberAt(present, path) !== undefined;
  if (value === undefined || isPresent) return patch(text, withMember(present, path, value));
  // A new table at the end leaves all of the user's lines in place, and only tables can precede it.
  const appended = withTomlTable(text, path, value);
  return isToml(appended) ? appended : patch(text, withMember(present, path, value));
}

function withTomlTable(text: string, path: EntryPath, value: Members): string {
  const format = TomlFormat.default();
  format.inlineTableStart = path.length;
  const written = stringify(withMember({}, path, value), format).trim();
  // The tables around it are written as well, each as a header with nothing below it.
  const table = written.split('\n\n').slice(path.length - 1);
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const before = text.trim() === '' ? '' : `${text.trimEnd()}${eol}${eol}`;
  return `${before}${table.join('\n\n').replaceAll(/\r?\n/g, eol)}${eol}`;
}

function isToml(text: string): boolean {
  try {
    parseToml(text);
    return true;
  } catch {
    return false;
  }
}

function withMember(value: unknown, path: EntryPath, leaf: Members | undefined): Members {
  const [name, ...rest] = path;
  const members = isMembers(value) ? value : {};
  if (name === undefined) return members;
  const member = rest.length > 0 ? withMember(members[name], rest, leaf) : leaf;
  // A table that loses its last member goes as well: its header would otherwise be written out.
  const isGone = member === undefined || (leaf === undefined && Object.keys(member).length === 0);
  const others = Object.entries(members).filter(([key]) => key !== name);
  return Object.fromEntries(isGone ? others : [...others, [name, member]]);
}
