/**
 * Words for a user, in their language.
 *
 * @param english with `{0}`, `{1}` … in the place of what is named
 */
export type Translate = (english: string, ...named: (string | number)[]) => string;

/** Where nobody translates: the words as they are. */
export const inEnglish: Translate = (english, ...named) =>
  english.replace(/\{(\d+)\}/g, (place, index: string) => String(named[Number(index)] ?? place));
