import { applyEdits, modify, parse, type Edit, type ParseError } from 'jsonc-parser';
import { ownSettings, section, type OwnSetting } from '../../broker/settings/ownSettings.js';
import { isObject } from '../../oauth/jsonResponse.js';

/** The format in which the editor writes settings files by default. */
const formattingOptions = { tabSize: 4, insertSpaces: true };

/**
 * Returns this extension's settings in a settings file, as far as the file can be read. The editor also uses
 * the readable part of a file.
 */
export function ownSettingsIn(text: string): Readonly<Partial<Record<OwnSetting, unknown>>> {
  const all = valuesIn(text);
  const own = ownSettings.filter((key) => Object.hasOwn(all, `${section}.${key}`));
  return Object.fromEntries(own.map((key) => [key, all[`${section}.${key}`]]));
}

/**
 * Checks whether a settings file contains anything that the editor makes part of the setting, in any
 * notation.
 */
export function says(text: string, key: OwnSetting): boolean {
  const name = `${section}.${key}`;
  const isPartOf = (a: string, b: string) => a === b || a.startsWith(`${b}.`);
  return Object.keys(valuesIn(text)).some((written) => isPartOf(written, name) || isPartOf(name, written));
}

/**
 * Returns the edits that set a setting in a settings file; undefined if the file is not JSON that can be
 * changed without loss.
 */
export function editsToSet(text: string, key: OwnSetting, value: unknown): readonly Edit[] | undefined {
  const errors: ParseError[] = [];
  const parsed: unknown = parse(text, errors, { allowTrailingComma: true, allowEmptyContent: true });
  if (errors.length > 0 || (parsed !== undefined && !isObject(parsed))) return undefined;
  return modify(text, [`${section}.${key}`], value, { formattingOptions });
}

/** Returns the file with the setting in it; undefined if {@link editsToSet} returns undefined. */
export function withSetting(text: string, key: OwnSetting, value: unknown): string | undefined {
  const edits = editsToSet(text, key, value);
  return edits && applyEdits(text, [...edits]);
}

function valuesIn(text: string): Readonly<Record<string, unknown>> {
  const parsed: unknown = parse(text, [], { allowTrailingComma: true, allowEmptyContent: true });
  return isObject(parsed) ? parsed : {};
}
