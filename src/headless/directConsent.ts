import type { ConsentNeed } from '../broker/fetch/authorizedFetch.js';
import type { ConsentPrompt } from '../broker/signIn/consentPrompt.js';
import type { ServerConfig } from '../broker/settings/serverSettings.js';
import type { SignInAttempt } from '../broker/signIn/signInAttempt.js';
import { addressOf } from '../base/displayText.js';
import { discardBody } from '../oauth/boundedFetch.js';

/**
 * Takes the place of the user's browser: given the address of an authorization request, resolves when it
 * has done its part. The authorization response comes to the redirect URI, as it does from a browser.
 */
export type VisitAuthorization = (address: URL, signal: AbortSignal) => Promise<void>;

/** Consent without a user at a screen: the operator of the process has configured how to sign in. */
export class DirectConsent implements ConsentPrompt {
  constructor(private readonly visit: VisitAuthorization) {}

  async ask(
    _server: ServerConfig,
    _what: string,
    _need: ConsentNeed,
    attempt: SignInAttempt,
    signal: AbortSignal,
  ): Promise<boolean> {
    const page = await attempt.launchPage();
    const address = await authorizationAddress(page.address, signal);
    // Without one, the attempt has ended, with its reason.
    if (address !== undefined) await this.visit(address, signal);
    return true;
  }
}

/**
 * Where a launch page sends the browser.
 *
 * @returns undefined if it explains a failure instead
 */
export async function authorizationAddress(
  launchAddress: string,
  signal: AbortSignal,
): Promise<URL | undefined> {
  const response = await fetch(launchAddress, { redirect: 'manual', signal });
  await discardBody(response);
  return addressOf(response.headers.get('location'));
}

/** Follows the redirects of an authorization server that asks no user anything, to their end. */
export async function followRedirects(address: URL, signal: AbortSignal): Promise<void> {
  await discardBody(await fetch(address, { signal }));
}
