interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly host: string;
  readonly path: string;
}

/** A browser's cookies for loopback hosts: by host and path, and blind to ports as in a browser. */
export class CookieJar {
  #cookies: Cookie[] = [];

  /** The `Cookie` header for an address, or undefined where there is none. */
  headerFor(url: URL): string | undefined {
    const sent = this.#cookies
      .filter(({ host, path }) => host === url.hostname && covers(path, url.pathname))
      .sort((one, other) => other.path.length - one.path.length);
    return sent.length > 0 ? sent.map(({ name, value }) => `${name}=${value}`).join('; ') : undefined;
  }

  /** Takes over the `Set-Cookie` headers of a response from `url`. */
  store(url: URL, setCookies: readonly string[]): void {
    for (const line of setCookies) {
      const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
      const [name, value] = splitOnce(pair);
      const attribute = (wanted: string) =>
        attributes.map(splitOnce).find(([key]) => key.toLowerCase() === wanted)?.[1];
      const cookie: Cookie = { name, value, host: url.hostname, path: attribute('path') ?? '/' };
      this.#cookies = this.#cookies.filter(
        (kept) => kept.name !== name || kept.host !== cookie.host || kept.path !== cookie.path,
      );
      const expires = attribute('expires');
      const over =
        Number(attribute('max-age') ?? 1) <= 0 || (expires !== undefined && Date.parse(expires) < Date.now());
      if (!over) this.#cookies.push(cookie);
    }
  }
}

function covers(cookiePath: string, path: string): boolean {
  return path === cookiePath || path.startsWith(cookiePath.endsWith('/') ? cookiePath : `${cookiePath}/`);
}

function splitOnce(pair: string): [string, string] {
  const at = pair.indexOf('=');
  return at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
}
