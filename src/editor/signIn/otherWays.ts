import * as vscode from 'vscode';
import { notifications } from '../adapters/notifications.js';

/** What a user can do about a sign-in that their browser does not bring to an end. */
export type OtherWay = 'open' | 'openAgain' | 'copyLink' | 'paste' | 'code';

/** For a browser that did not come back; the most useful first. */
export function waysBack(offersCode: boolean): readonly OtherWay[] {
  return ['paste', ...(offersCode ? (['code'] as const) : []), 'openAgain', 'copyLink'];
}

/** What its button says: all four of {@link waysBack} have to fit into one line of a notification. */
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

/** @returns undefined if the user closed it */
export async function askForOtherWay(
  message: string,
  ways: readonly OtherWay[],
): Promise<OtherWay | undefined> {
  const chosen = await notifications.information(message, ...ways.map(wayTitle));
  return ways.find((way) => wayTitle(way) === chosen);
}
