import { addressOf, shownAddress } from '../../base/displayText.js';
import { withoutTokens, type Credential } from '../accounts/credential.js';

/** The headers of a response that explain a refusal. */
interface Refusal {
  readonly status: number;
  readonly headers: Headers;
}

/**
 * The headers of a refusal that the user and the model see, without the token if a server repeats it. The token is
 * removed before a text is shortened.
 */
export function shownHeaders({ status, headers }: Refusal, credential: Credential | undefined): Refusal {
  const shown = new Headers();
  for (const name of ['www-authenticate', 'location']) {
    const value = headers.get(name);
    if (value !== null) shown.set(name, credential === undefined ? value : withoutTokens(value, credential));
  }
  return { status, headers: shown };
}

/** The target of a redirect, for display. */
export function redirectTarget(response: Refusal, base: string): string {
  const target = addressOf(response.headers.get('location'), new URL(base));
  return target === undefined ? 'another address' : shownAddress(target);
}
