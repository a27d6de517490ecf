import { accountKeyOf, withoutRefreshToken, type Credential } from '../accounts/credential.js';
import type { CredentialStore } from '../accounts/credentialStore.js';
import type { Clock } from '../../base/clock.js';

/*
 * What becomes of a refresh, when another window may have renewed or ended the same sign-in meanwhile. Windows of one
 * machine exclude each other with a lock; windows of one client on different machines share secret storage and no lock,
 * and hear of each other's writes 200 ms later or more.
 */

/** How long news of a refresh on another machine is waited for, in milliseconds. */
const NEWS_FROM_OTHER_MACHINES_MS = 1_000;

/**
 * Stores refreshed tokens, unless another window has stored others since; those are never overwritten.
 *
 * @param used the credential whose refresh token was sent
 * @returns the stored credential; undefined if the sign-in was ended in the meantime and `renewed` is not stored
 */
export async function keepRefreshed(
  credentials: CredentialStore,
  used: Credential,
  renewed: Credential,
): Promise<Credential | undefined> {
  const stored = await credentials.rereadShared(used.serverUrl, accountKeyOf(used));
  if (stored !== undefined && !hasSameTokens(stored, used)) return stored;
  return stored !== undefined && (await credentials.put(renewed)) ? renewed : undefined;
}

/**
 * Ends a sign-in whose refresh token the authorization server refused (`invalid_grant`), unless another window has
 * renewed it and so used the token first. The account and its scopes remain visible.
 *
 * @returns the stored credential
 */
export async function endRefused(
  credentials: CredentialStore,
  clock: Clock,
  used: Credential,
): Promise<Credential | undefined> {
  if (credentials.hearsAllWindows)
    await new Promise<void>((resolve) => clock.after(NEWS_FROM_OTHER_MACHINES_MS, resolve));
  const stored = await credentials.rereadShared(used.serverUrl, accountKeyOf(used));
  if (stored === undefined || !hasSameTokens(stored, used)) return stored;
  const ended = withoutRefreshToken(used);
  return (await credentials.put(ended)) ? ended : undefined;
}

function hasSameTokens({ tokens: a }: Credential, { tokens: b }: Credential): boolean {
  return (
    a.accessToken.expose() === b.accessToken.expose() && a.refreshToken?.expose() === b.refreshToken?.expose()
  );
}
