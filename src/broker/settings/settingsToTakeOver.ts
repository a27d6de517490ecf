import { isObject } from '../../oauth/jsonResponse.js';
import { ownSettings, type OwnSetting } from './ownSettings.js';

/** Values of our settings; a setting that is absent is not set. */
export type SettingValues = Readonly<Partial<Record<OwnSetting, unknown>>>;

/** Settings that are maps from a server's name, each entry of which is taken over or left by itself. */
const byServer: ReadonlySet<OwnSetting> = new Set<OwnSetting>(['servers', 'toolRules']);

/** A value that a file has and the user's settings do not have. */
export interface SettingToTakeOver {
  readonly key: OwnSetting;
  /** The server of the entry or rules, in a setting that contains them by server. */
  readonly server?: string;
  readonly value: unknown;
  /** What the user's settings say instead; absent if they say nothing of it. */
  readonly present?: unknown;
}

/** What of a file's settings the user's settings lack or have otherwise, in the file's order. */
export function settingsToTakeOver(
  found: SettingValues,
  present: SettingValues,
): readonly SettingToTakeOver[] {
  return ownSettings.flatMap((key) => {
    if (!Object.hasOwn(found, key)) return [];
    const value = found[key];
    if (!byServer.has(key)) return differing({ key, value }, present[key]);
    if (!isObject(value)) return [];
    const entries = present[key];
    return Object.entries(value).flatMap(([server, entry]) =>
      differing(
        { key, server, value: entry },
        isObject(entries) && Object.hasOwn(entries, server) ? entries[server] : undefined,
      ),
    );
  });
}

function differing(one: SettingToTakeOver, present: unknown): readonly SettingToTakeOver[] {
  if (present === undefined) return [one];
  return canonical(present) === canonical(one.value) ? [] : [{ ...one, present }];
}

/** The user's settings with what they chose, each setting whole; only those that change. */
export function withTakenOver(present: SettingValues, chosen: readonly SettingToTakeOver[]): SettingValues {
  const changed = new Map<OwnSetting, unknown>();
  for (const { key, server, value } of chosen) {
    if (server === undefined) {
      changed.set(key, value);
      continue;
    }
    const before = changed.get(key) ?? present[key];
    const others = isObject(before) ? Object.entries(before).filter(([name]) => name !== server) : [];
    // Object.fromEntries also makes an own `__proto__`.
    changed.set(key, Object.fromEntries([...others, [server, value]]));
  }
  return Object.fromEntries(changed);
}

/**
 * The same text for the same values, however a file has them ordered and laid out. TOML also has dates, and integers
 * that JavaScript holds as `bigint`.
 */
export function canonical(value: unknown): string {
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Date) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value ?? null);
  const members = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`);
  return `{${members.join(',')}}`;
}
