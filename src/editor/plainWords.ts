import { serverWords } from '../oauth/serverWords.js';

/** What a server wrote, as one line and without the icons that lists and the status bar draw for `$(name)`. */
export function plain(text: string): string {
  return withoutIcons(serverWords(text) ?? '');
}

/** The same at any length, for what is decided on and must be seen whole. */
export function plainWhole(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]+/gu, ' ').replace(/\s+/g, ' ');
  return withoutIcons(line.trim());
}

function withoutIcons(text: string): string {
  return text.replaceAll('$(', '$ (');
}
