import assert from 'node:assert/strict';

/**
 * What the standards allow, written from their text and without the code under test, to judge it by.
 */

function everyCode(text: string, allows: (code: number) => boolean): boolean {
  return text !== '' && Array.from(text).every((char) => allows(char.codePointAt(0) ?? -1));
}

/** RFC 6749 §3.3: `scope-token = 1*( %x21 / %x23-5B / %x5D-7E )` */
export function isScope(text: string): boolean {
  return everyCode(
    text,
    (code) => code === 0x21 || (code >= 0x23 && code <= 0x5b) || (code >= 0x5d && code <= 0x7e),
  );
}

/** RFC 6749 appendix A: `1*VSCHAR`, what codes and tokens are made of. */
export function isVisible(text: string): boolean {
  return everyCode(text, (code) => code >= 0x20 && code <= 0x7e);
}

export function assertScopes(scopes: readonly string[]): void {
  for (const scope of scopes) assert.ok(isScope(scope), `“${scope}” is no scope`);
  assert.equal(new Set(scopes).size, scopes.length, 'a scope twice');
}

/** One line without control or formatting characters, as a user may be shown. */
export function assertShowable(text: string | undefined): void {
  if (text === undefined) return;
  assert.ok(text.length <= 201, `${text.length} characters`);
  assert.doesNotMatch(text, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
}

/** OAuth 2.1 §1.5, RFC 8252 §7.3: https, or http that stays on this machine. */
export function assertSecure(address: unknown): URL {
  assert.ok(typeof address === 'string', 'no text');
  const url = new URL(address);
  const { protocol, hostname } = url;
  const stays = ['localhost', '[::1]'].includes(hostname) || hostname.startsWith('127.');
  assert.ok(protocol === 'https:' || (protocol === 'http:' && stays), address);
  return url;
}

const near = [/^https?:\/\/(127\.|10\.|192\.168\.|169\.254\.|\[::1\]|\[f[cd]|localhost[:/])/];

/** RFC 6890: what a server on the internet may not name. */
export function assertOnTheInternet(address: string): void {
  for (const pattern of near) assert.doesNotMatch(new URL(address).href, pattern);
}

/** RFC 9728 §3.3 and §7.3: the server's own address, or one above it in the same tree. */
export function assertSpeaksFor(resource: string, server: URL): void {
  const url = new URL(resource);
  assert.equal(url.protocol, server.protocol);
  assert.equal(url.host, server.host);
  assert.equal(resource.includes('#'), false, 'a fragment');
  assert.equal(url.username + url.password, '', 'a user');
  const segments = (path: string) => path.split('/').slice(1);
  const above = segments(url.pathname);
  // A slash at the end is the empty last segment, and says nothing.
  if (above.at(-1) === '') above.pop();
  assert.deepEqual(segments(server.pathname).slice(0, above.length), above);
  if (url.search !== '') assert.equal(url.search, server.search);
}
