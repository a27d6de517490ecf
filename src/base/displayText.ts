const longest = 200;

/**
 * Text another server wrote (`error_description`, names, scopes), made fit to be shown: one line, without
 * control, bidirectional or invisible formatting characters, at most about 200 characters.
 * @returns undefined when nothing readable is left or it was no string.
 */
export function displayText(text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined;
  const plain = text
    .slice(0, 4 * longest)
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  if (plain === '') return undefined;
  return plain.length > longest ? `${plain.slice(0, longest).trimEnd()}…` : plain;
}

/** Whether a text is what codes and tokens are made of: `1*VSCHAR` (RFC 6749 appendix A). */
export function isVisibleText(text: string): boolean {
  return /^[\x20-\x7e]+$/.test(text);
}

/** A text that ends as a sentence does; what a server wrote at its end may or may not. */
export function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}

/** An address as errors show it: origin and path, never query, fragment or user information. */
export function shownAddress(address: string | URL): string {
  const url = typeof address === 'string' ? addressOf(address) : address;
  if (url === undefined) return displayText(address) ?? '(nothing)';
  const origin = url.origin === 'null' ? `${url.protocol}//${url.host}` : url.origin;
  return displayText(url.pathname === '/' ? origin : origin + url.pathname) ?? origin;
}

/** The absolute URL a text is, or undefined. (`URL.parse` is younger than the oldest Node this runs on.) */
export function addressOf(text: unknown, base?: URL): URL | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}

/** True for `localhost`, 127.0.0.0/8 and `[::1]` (RFC 8252 §7.3); the URL parser has normalized the host. */
function isLoopback(url: URL): boolean {
  return (
    url.hostname === 'localhost' || url.hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(url.hostname)
  );
}

/** True for `https:`, and for `http:` that does not leave this machine. */
export function isSecureAddress(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url));
}

/**
 * Translates a text for the user.
 *
 * @param english with `{0}`, `{1}` … in place of the values
 */
export type Translate = (english: string, ...named: (string | number)[]) => string;

/** The English text itself, for use without translations. */
export const inEnglish: Translate = (english, ...named) =>
  english.replace(/\{(\d+)\}/g, (place, index: string) => String(named[Number(index)] ?? place));
