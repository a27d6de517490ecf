import * as vscode from 'vscode';
import { section } from '../../broker/settings/ownSettings.js';
import type { SettingToTakeOver } from '../../broker/settings/settingsToTakeOver.js';
import { isObject } from '../../oauth/jsonResponse.js';
import { plainWhole } from '../adapters/notifications.js';

/** Returns the name and the value of a setting, as a line of a list. */
export function settingTexts({ key, server, value, present }: SettingToTakeOver): {
  readonly label: string;
  readonly description: string;
  readonly detail: string;
} {
  const { t } = vscode.l10n;
  const replaces = present === undefined ? [] : [t('Replaces yours: {0}', said(present))];
  if (key !== 'servers' || server === undefined) {
    const name = server === undefined ? `${section}.${key}` : t('Tool rules of {0}', server);
    return { label: plainWhole(name), description: said(value), detail: replaces.join(' ') };
  }
  const { url, ...rest } = isObject(value) ? value : { url: value };
  // All fields are shown, because each can affect the destination of a sign-in.
  const further = Object.keys(rest).length === 0 ? [] : [said(rest)];
  return {
    label: plainWhole(server),
    description: typeof url === 'string' ? plainWhole(url) : said(value),
    detail: [...further, ...replaces].join(' – '),
  };
}

/** Formats a value as it is written in the settings. */
function said(value: unknown): string {
  return plainWhole(JSON.stringify(value ?? null));
}
