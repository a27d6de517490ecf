import type { Redacted } from '../base/redacted.js';
import { isObject, type UntrustedJson } from './jsonResponse.js';

/**
 * The header or the claims of a JWT (RFC 7519 §3), unverified: they show who the token is for, and must not be
 * trusted.
 *
 * @returns undefined if the text is no such part
 */
export function jwtPart(part: string | undefined): UntrustedJson | undefined {
  try {
    const base64 = (part ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** When a JWT ends by its own word, in milliseconds since the epoch; undefined if it does not say. Not verified. */
export function jwtExpiry(jwt: Redacted): number | undefined {
  const exp = jwtPart(jwt.expose().split('.')[1])?.['exp'];
  return typeof exp === 'number' ? exp * 1000 : undefined;
}
