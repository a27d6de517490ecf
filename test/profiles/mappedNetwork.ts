import type { Fetch } from '../../src/oauth/httpContext.js';
import { scriptedServer, type ScriptedAnswer, type SeenRequest } from '../oauth/scriptedServer.js';

/** A request as its sender meant it: at the address it was for. */
export type AskedRequest = Omit<SeenRequest, 'path'> & { readonly url: URL };

const askedHeader = 'x-asked-address';

/**
 * A network of real hosts' addresses in which one loopback server stands for all of them. Any other host is a
 * stray: it is not reached, and the test that asked for it has to fail.
 */
export class MappedNetwork {
  readonly strays: string[] = [];

  private constructor(
    private readonly hosts: ReadonlySet<string>,
    private readonly origin: string,
  ) {}

  /** @param hosts as in addresses, with the port where it is not the scheme's */
  static async open(
    hosts: Iterable<string>,
    answer: (request: AskedRequest) => ScriptedAnswer | undefined,
  ): Promise<MappedNetwork> {
    const { origin } = await scriptedServer(({ path, ...request }) => {
      const asked = request.headers[askedHeader];
      if (typeof asked !== 'string') throw new Error(`${path} was asked past the network`);
      return answer({ ...request, url: new URL(asked) });
    });
    return new MappedNetwork(new Set(hosts), origin);
  }

  readonly fetch: Fetch = (url, init) => {
    const asked = new URL(url);
    if (asked.protocol !== 'https:' || !this.hosts.has(asked.host)) {
      this.strays.push(url);
      return Promise.reject(new TypeError(`nothing is known of ${asked.host}`));
    }
    const headers = new Headers(init.headers);
    headers.set(askedHeader, url);
    return fetch(this.origin + asked.pathname, { ...init, headers });
  };
}
