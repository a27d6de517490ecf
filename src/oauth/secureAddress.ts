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
