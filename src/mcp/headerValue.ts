const prefix = '=?base64?';
const suffix = '?=';

/**
 * A name as a header carries it (MCP 2026-07-28, `Mcp-Name`): plain where it is printable ASCII that no parser
 * trims, else as Base64 between marks.
 */
export function encodeHeaderValue(text: string): string {
  const isPlain = /^[\t\x20-\x7e]+$/.test(text) && text === text.trim() && !isMarked(text);
  if (isPlain) return text;
  const bytes = new TextEncoder().encode(text);
  return `${prefix}${btoa(String.fromCharCode(...bytes))}${suffix}`;
}

/** @returns undefined where it is marked as Base64 of UTF-8 and is not */
export function decodeHeaderValue(value: string): string | undefined {
  if (!isMarked(value)) return value;
  try {
    const binary = atob(value.slice(prefix.length, -suffix.length));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function isMarked(value: string): boolean {
  return value.startsWith(prefix) && value.endsWith(suffix) && value.length >= prefix.length + suffix.length;
}
