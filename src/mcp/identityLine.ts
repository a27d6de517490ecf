import { inEnglish, type Translate } from './translate.js';

/** Longest progress message that VS Code shows whole. */
const longest = 39;
/** What is left of a tool's name beside the longest account. */
const shortestTool = 4;

/**
 * Who acted, in the words that stay under a finished call: `create_branch as alice@example.org`.
 * The account is kept whole as long as it can be, because it is what the line is for.
 */
export function identityLine(tool: string, account: string, t: Translate = inEnglish): string {
  const room = longest - t('{0} as {1}', '', '').length;
  const shownAccount = shorten(account, room - shortestTool);
  return t('{0} as {1}', shorten(tool, room - shownAccount.length), shownAccount);
}

/** That a call goes out once more, now that it may: `create_branch again`. */
export function againLine(tool: string, t: Translate = inEnglish): string {
  return t('{0} again', shorten(tool, longest - t('{0} again', '').length));
}

/** The last progress is what stays visible under the call of `sign_in`. */
export function signedInLine(account: string | undefined, t: Translate = inEnglish): string {
  return account === undefined ? t('Signed in') : identityLine(t('Signed in'), account, t);
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

function shorten(text: string, length: number): string {
  const characters = Array.from(graphemes.segment(text), ({ segment }) => segment);
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join('')}…`;
}
