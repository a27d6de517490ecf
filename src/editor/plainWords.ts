import { serverWords } from '../oauth/serverWords.js';

/** What a server wrote, as one line and without the icons that lists and the status bar draw for `$(name)`. */
export function plain(text: string): string {
  return (serverWords(text) ?? '').replaceAll('$(', '$ (');
}
