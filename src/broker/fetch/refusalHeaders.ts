import { addressOf, shownAddress } from '../../base/displayText.js';
import { withoutTokens, type Credential } from '../accounts/credential.js';

/** What of a response says why it is a refusal. */
interface Refusal {
  readonly status: number;
  readonly headers: Headers;
}

/**
 * The headers of a refusal that are told on, to the user and to the model, without the token where a server
 * repeats it there; before anything of them is cut to length.
 */
export function shownHeaders({ status, headers }: Refusal, credential: Credential | undefined): Refusal {
  const shown = new Headers();
  for (const name of ['www-authenticate', 'location']) {
    const value = headers.get(name);
    if (value !== null) shown.set(name, credential === undefined ? value : withoutTokens(value, credential));
  }
  return { status, headers: shown };
}

/** Where a redirect leads, as it may be shown. */
export function redirectTarget(response: Refusal, base: string): string {
  const target = addressOf(response.headers.get('location'), new URL(base));
  return target === undefined ? 'another address' : shownAddress(target);
}
