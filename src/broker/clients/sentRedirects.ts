import { isObject } from '../../oauth/jsonResponse.js';
import { shownAddress } from '../../base/displayText.js';
import type { Clock } from '../../base/clock.js';
import type { Memory } from '../../base/storage.js';

/** The redirect URI that a browser was sent away with. */
export interface SentRedirect {
  /** Without a query, in which an editor in a browser names the one callback that it waits for. */
  readonly uri: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** The redirect URI of each server's last sign-in on this machine, whether or not it succeeded: an error page names it. */
/** The redirect URI that a server's last sign-in was sent with. */
export interface LastRedirects {
  last(serverUrl: string): SentRedirect | undefined;
}

export class SentRedirects {
  constructor(
    private readonly memory: Memory,
    private readonly clock: Clock,
  ) {}

  last(serverUrl: string): SentRedirect | undefined {
    const stored = this.memory.get(key(serverUrl));
    if (!isObject(stored)) return undefined;
    const { uri, at } = stored;
    return typeof uri === 'string' && typeof at === 'number' ? { uri, at } : undefined;
  }

  /** Never rejects: a sign-in does not depend on it. */
  async sent(serverUrl: string, uri: string): Promise<void> {
    const redirect: SentRedirect = { uri: shownAddress(uri), at: this.clock.now() };
    await this.memory.set(key(serverUrl), redirect).catch(() => undefined);
  }
}

function key(serverUrl: string): string {
  return `redirect sent ${serverUrl}`;
}
