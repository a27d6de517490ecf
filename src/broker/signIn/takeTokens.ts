import { fetchAccount } from '../../oauth/accountName.js';
import type { HttpContext } from '../../oauth/httpContext.js';
import { OAuthFlowError } from '../../oauth/oauthFlowError.js';
import type { Account } from '../accounts/credential.js';
import { invalidTokenResponse } from '../../oauth/tokenResponse.js';
import { keepSignIn, type KeepingParts, type ReceivedTokens } from './keepSignIn.js';
import { releaseReplacedClient, type ReplacedClientParts } from '../clients/replacedClient.js';
import type { SignInOutcome } from './signInOutcome.js';
import { revokeUnkept } from './unkeptTokens.js';

/** What the attempt that received tokens does with them. */
export interface TakingAttempt {
  hasEnded(): boolean;
  end(outcome: SignInOutcome): void;
}

/**
 * After step 8: finds out whose tokens these are and stores them, and ends the attempt with it. Tokens that are
 * not kept are revoked, and the client of a sign-in that was replaced is let go of.
 *
 * @param http with the attempt's signal
 */
export async function takeTokens(
  tokens: ReceivedTokens,
  parts: KeepingParts & ReplacedClientParts,
  attempt: TakingAttempt,
  http: HttpContext,
): Promise<void> {
  let received = tokens;
  let outcome: SignInOutcome | undefined;
  try {
    if (tokens.server.isIdentityProvider === true && tokens.tokens.idToken === undefined) {
      throw invalidTokenResponse(tokens.pending.as.token_endpoint ?? '', 'it holds no ID token');
    }
    const account = await accountOf(tokens, parts, http);
    if (account !== undefined) received = { ...tokens, account };
    const kept = await keepSignIn(received, parts, () => attempt.hasEnded());
    if (kept === undefined) return;
    outcome = kept.outcome;
    attempt.end(outcome);
    if (outcome.kind === 'signedIn' && kept.replaced !== undefined)
      await releaseReplacedClient(tokens.server, kept.replaced, parts);
  } finally {
    if (outcome?.kind !== 'signedIn') await revokeUnkept(received, parts);
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
    log.warn(`${server.name}: the account's name could not be read. ${error.message}`);
    return undefined;
  }
}
