import { defined } from '../../base/defined.js';
import {
  ConfigurationFault,
  isMembers,
  memberAt,
  parseConfiguration,
} from '../../mcpClients/configurationText.js';
import { mcpClients, type EntryPath, type McpClientId } from '../../mcpClients/mcpClient.js';
import { isObject } from '../../oauth/jsonResponse.js';
import { canonical } from '../settings/settingsToTakeOver.js';
import { sha256 } from '../../base/sha256.js';
import { withEntries, without, type FileEdit } from './importPlan.js';

/** A file that was changed, as far as undoing needs it. Its text is not in here: it may hold secrets. */
export interface ChangedFile {
  readonly uri: string;
  readonly label: string;
  readonly client: McpClientId;
  /** The copy of the earlier content; absent if there was no file. */
  readonly backup?: string;
  /** SHA-256 of the content before and after. */
  readonly before: string;
  readonly after: string;
  readonly removed: readonly EntryPath[];
  /** What was put in. */
  readonly added: readonly (readonly [EntryPath, unknown])[];
}

/** What an import or export changed, kept until the next one so that it can be undone. */
export interface ImportRecord {
  readonly kind: 'import' | 'export' | 'removal';
  /** Entries added to our settings, by name. */
  readonly entries: Readonly<Record<string, unknown>>;
  /** Whether the setting was there before. */
  readonly hadSetting: boolean;
  readonly secrets: readonly { readonly name: string; readonly url: string; readonly clientId: string }[];
  readonly files: readonly ChangedFile[];
}

export async function changedFile(edit: FileEdit, backup: string | undefined): Promise<ChangedFile> {
  const { file, before, after, removed, added } = edit;
  const values = parseConfiguration(after, mcpClients[file.client].format);
  return defined({
    uri: file.uri,
    label: file.label,
    client: file.client,
    backup,
    before: await sha256(before ?? ''),
    after: await sha256(after),
    removed,
    added: added.map((path) => [path, memberAt(values, path)] as const),
  });
}

/** What undoing makes of a file: its text of before; undefined removes it. */
export type Restored =
  { readonly text: string | undefined; readonly isExact: boolean } | { readonly fault: string };

/**
 * Determines the content after undoing.
 *
 * @param present the file's content now
 * @param backup the content of the copy; undefined if it no longer exists
 */
export async function restored(
  file: ChangedFile,
  present: string | undefined,
  backup: string | undefined,
): Promise<Restored> {
  const isKept = backup !== undefined && (await sha256(backup)) === file.before;
  const isUntouched = present !== undefined && (await sha256(present)) === file.after;
  if (isUntouched && file.backup === undefined) return { text: undefined, isExact: true };
  if (isUntouched && isKept) return { text: backup, isExact: true };
  if (file.removed.length > 0 && !isKept) return { fault: 'The backup is missing or has changed.' };
  const { format } = mcpClients[file.client];
  try {
    const now = parseConfiguration(present ?? '', format);
    const changed = file.added.find(([path, value]) => canonical(memberAt(now, path)) !== canonical(value));
    if (changed !== undefined)
      return { fault: `The entry “${changed[0].at(-1) ?? ''}” has changed in the meantime.` };
    const taken = without(
      present ?? '',
      format,
      file.added.map(([path]) => path),
    );
    const values = parseConfiguration(backup ?? '', format);
    const entries = file.removed.flatMap((path) => {
      const value = memberAt(values, path);
      return isMembers(value) ? [[path, value] as const] : [];
    });
    return { text: withEntries(taken, format, entries), isExact: false };
  } catch (error) {
    if (!(error instanceof ConfigurationFault)) throw error;
    return { fault: error.message };
  }
}

/** Reads a record from memory, which an older or newer version of the extension may have written. */
export function importRecordFrom(value: unknown): ImportRecord | undefined {
  if (!isObject(value) || value['version'] !== recordVersion) return undefined;
  return value['record'] as ImportRecord;
}

export function importRecordToMemory(record: ImportRecord): unknown {
  return { version: recordVersion, record };
}

const recordVersion = 1;
