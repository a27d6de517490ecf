import { onWordOf } from '../../oauth/networkReach.js';
import { fetchAccount } from '../../oauth/accountName.js';
import type { HttpContext, Network } from '../../oauth/httpContext.js';
import { OAuthFlowError } from '../../oauth/oauthFlowError.js';
import type { Account, Credential } from '../accounts/credential.js';
import { invalidTokenResponse } from '../../oauth/flowErrors.js';
import {
  storeCredential,
  type KeepingParts,
  type ReceivedTokens,
  type UnstoredTokens,
} from './storeCredential.js';
import { releaseReplacedClient } from './clientLifecycle.js';
import type { FlowAttempt } from './flows/signInFlow.js';
import type { SignInOutcome } from './signIn.js';
import { identifierOf } from '../../oauth/authorizationServerMetadata.js';
import { revokeTokens } from '../../oauth/tokenRevocation.js';
import type { CredentialStore } from '../accounts/credentialStore.js';
import { errorName } from '../../base/errorName.js';
import type { Log } from '../../base/log.js';

/**
 * After step 8: determines the account of the tokens, stores them, and ends the attempt. Tokens that are not stored
 * are revoked, and the client of a replaced sign-in is released.
 */
export async function completeSignIn(received: ReceivedTokens, attempt: FlowAttempt): Promise<void> {
  const { server, request, parts, http } = attempt;
  const tokens = { ...received, intended: request };
  let named = tokens;
  let outcome: SignInOutcome | undefined;
  try {
    if (server.isIdentityProvider === true && tokens.tokens.idToken === undefined) {
      throw invalidTokenResponse(tokens.pending.as.token_endpoint ?? '', 'it contains no ID token');
    }
    const account = await accountOf(tokens, parts, http);
    if (account !== undefined) named = { ...tokens, account };
    const kept = await storeCredential(named, parts, () => attempt.hasEnded);
    if (kept === undefined) return;
    outcome = kept.outcome;
    attempt.end(outcome);
    if (outcome.kind === 'signedIn' && kept.replaced !== undefined)
      await releaseReplacedClient(server, kept.replaced, parts);
  } finally {
    if (outcome?.kind !== 'signedIn') await revokeUnkept(named, parts);
  }
}

/** A name that cannot be learned is no reason to lose a sign-in. */
async function accountOf(
  { server, pending, tokens }: ReceivedTokens,
  { log }: KeepingParts,
  http: HttpContext,
): Promise<Account | undefined> {
  try {
    return await fetchAccount(pending.as, pending.client, tokens, http);
  } catch (error) {
    if (!(error instanceof OAuthFlowError)) throw error;
    log.warn(`${server.name}: the account name could not be read. ${error.message}`);
    return undefined;
  }
}

/**
 * Revokes tokens that were received and not stored, because the user declined or cancelled (RFC 7009). It is best
 * effort, and is skipped if a stored sign-in may be based on the same grant, which the revocation could end (RFC 7009
 * §2.1). Never rejects.
 */
export async function revokeUnkept(
  received: UnstoredTokens,
  parts: {
    readonly credentials: CredentialStore;
    readonly log: Log;
    readonly http: Network;
  },
): Promise<void> {
  const { server, pending, tokens } = received;
  try {
    await parts.credentials.reread(server.url);
    const kept = await parts.credentials.all(server.url);
    if (kept.some((one) => mayShareGrant(one, received))) return;
    await revokeTokens({ ...pending, tokens }, { ...parts.http, ...onWordOf(server.url) });
    parts.log.info(`${server.name}: the tokens of a sign-in that was not stored were revoked if possible.`);
  } catch (error) {
    parts.log.warn(`${server.name}: tokens that were not stored could not be revoked (${errorName(error)}).`);
  }
}

/** A grant connects one user and one client. If the user is unknown, it may be the same one. */
function mayShareGrant(present: Credential, { pending, tokens, account }: UnstoredTokens): boolean {
  if (identifierOf(present.as) !== identifierOf(pending.as)) return false;
  const received = account?.id ?? tokens.idTokenClaims?.sub;
  const held = present.account?.id;
  return received === undefined || held === undefined || received === held;
}
