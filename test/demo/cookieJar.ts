interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly host: string;
  readonly path: string;
  readonly sameSite: 'strict' | 'lax' | 'none';
}

/** The way a browser navigates to an address. */
export interface Navigation {
  /** The page with the link or form. Undefined if the user typed the address. Redirects do not change it. */
  readonly from?: URL | undefined;
  /** GET by default. */
  readonly method?: 'get' | 'post' | undefined;
}

/**
 * A browser's cookies for loopback hosts, by host and path and without regard to ports, as in a browser.
 * Cross-site navigations omit cookies according to `SameSite`, with `Lax` as the default. Here, a site is a
 * host.
 */
export class CookieJar {
  #cookies: Cookie[] = [];

  /** Returns the `Cookie` header for an address, or undefined if there is none. */
  headerFor(url: URL, navigation: Navigation = {}): string | undefined {
    const sent = this.#cookies
      .filter(({ sameSite }) => allows(sameSite, url, navigation))
      .filter(({ host, path }) => host === url.hostname && covers(path, url.pathname))
      .sort((one, other) => other.path.length - one.path.length);
    return sent.length > 0 ? sent.map(({ name, value }) => `${name}=${value}`).join('; ') : undefined;
  }

  /** Stores the `Set-Cookie` headers of a response from `url`. */
  store(url: URL, setCookies: readonly string[]): void {
    for (const line of setCookies) {
      const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
      const [name, value] = splitOnce(pair);
      const attribute = (wanted: string) =>
        attributes.map(splitOnce).find(([key]) => key.toLowerCase() === wanted)?.[1];
      const cookie: Cookie = {
        name,
        value,
        host: url.hostname,
        path: attribute('path') ?? '/',
        sameSite: sameSiteOf(attribute('samesite')),
      };
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

function sameSiteOf(value: string | undefined): Cookie['sameSite'] {
  const word = value?.toLowerCase();
  return word === 'strict' || word === 'none' ? word : 'lax';
}

/** This applies to navigations only. Subresources receive no `Lax` cookie either. */
function allows(sameSite: Cookie['sameSite'], to: URL, { from, method = 'get' }: Navigation): boolean {
  if (from === undefined || from.hostname === to.hostname) return true;
  return sameSite === 'none' || (sameSite === 'lax' && method === 'get');
}

function covers(cookiePath: string, path: string): boolean {
  return path === cookiePath || path.startsWith(cookiePath.endsWith('/') ? cookiePath : `${cookiePath}/`);
}

function splitOnce(pair: string): [string, string] {
  const at = pair.indexOf('=');
  return at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
}
