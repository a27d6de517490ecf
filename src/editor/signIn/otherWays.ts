import * as vscode from 'vscode';
import { notifications } from '../adapters/notifications.js';

/** What the user can do about a sign-in that the browser does not complete. */
export type OtherWay = 'open' | 'openAgain' | 'copyLink' | 'paste' | 'code';

/** Returns the ways to continue if the browser did not return, the most useful first. */
export function waysBack(offersCode: boolean): readonly OtherWay[] {
  return ['paste', ...(offersCode ? (['code'] as const) : []), 'openAgain', 'copyLink'];
}

/** Returns the title of the button. All four of {@link waysBack} must fit into one line of a notification. */
export function wayTitle(way: OtherWay): string {
  const { t } = vscode.l10n;
  switch (way) {
    case 'open':
      return t('Open');
    case 'openAgain':
      return t('Open Again');
    case 'copyLink':
      return t('Copy Link');
    case 'paste':
      return t('Paste Address');
    case 'code':
      return t('Use a Code');
  }
}

/** @returns undefined if the user closed the list */
export async function askForOtherWay(
  message: string,
  ways: readonly OtherWay[],
): Promise<OtherWay | undefined> {
  const chosen = await notifications.information(message, ...ways.map(wayTitle));
  return ways.find((way) => wayTitle(way) === chosen);
}
