/** More parts than the key of any setting has. */
const mostParts = 50;

/**
 * The line of the first dotted key in a TOML text that has more parts than any setting, counted from 1. The time that the
 * parser takes for a key grows with the square of its parts, and anyone can write such a file into a repository.
 */
export function lineOfLongKey(text: string): number | undefined {
  let parts = 0;
  for (let at = 0; at < text.length;) {
    const character = text.charAt(at);
    if (character === '"' || character === "'") at = endOfString(text, at, character);
    else if (character === '#') at = endOfLine(text, at);
    else {
      if (character === '.') parts++;
      else if (!/[\w\t -]/.test(character)) parts = 0;
      if (parts >= mostParts) return text.slice(0, at).split('\n').length;
      at++;
    }
  }
  return undefined;
}

/** @param quote of the kind that the string at `start` begins with (TOML 1.0, String) */
function endOfString(text: string, start: number, quote: string): number {
  const isLong = text.startsWith(quote.repeat(3), start);
  const closing = isLong ? quote.repeat(3) : quote;
  let at = start + closing.length;
  while (at < text.length && !text.startsWith(closing, at)) {
    if (!isLong && text[at] === '\n') return at;
    at += quote === '"' && text[at] === '\\' ? 2 : 1;
  }
  return at + closing.length;
}

function endOfLine(text: string, start: number): number {
  const end = text.indexOf('\n', start);
  return end < 0 ? text.length : end;
}
