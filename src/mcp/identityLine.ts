/** Longest progress message that VS Code shows whole. */
const longest = 39;
/** What is left of a tool's name beside the longest account. */
const shortestTool = 4;

/**
 * Who acted, in the words that stay under a finished call: `create_branch as alice@example.org`.
 * The account is kept whole as long as it can be, because it is what the line is for.
 */
export function identityLine(tool: string, account: string): string {
  const joint = ' as ';
  const shownAccount = shorten(account, longest - joint.length - shortestTool);
  return shorten(tool, longest - joint.length - shownAccount.length) + joint + shownAccount;
}

/** That a call goes out once more, now that it may: `create_branch again`. */
export function againLine(tool: string): string {
  const again = ' again';
  return shorten(tool, longest - again.length) + again;
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

function shorten(text: string, length: number): string {
  const characters = Array.from(graphemes.segment(text), ({ segment }) => segment);
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join('')}…`;
}
