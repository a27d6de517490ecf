import type { ClientWithRedirect } from './clientNeed.js';
import type { ClientStore } from './clientStore.js';
import { errorName } from '../errorName.js';
import type { Log } from '../ports.js';
import type { OAuthFlowError } from '../../oauth/oauthFlowError.js';
import type { SignInOutcome, SignInPhase } from '../signIn/signInOutcome.js';

/** RFC 6749 §5.2: what an authorization server says of a client it does not know, or knows no more. */
export function isOfUnknownClient({ details }: OAuthFlowError): boolean {
  return details.oauthError === 'invalid_client' || details.oauthError === 'unauthorized_client';
}

/**
 * Whether a sign-in ended as it does where the authorization server no longer knows a client that registered
 * itself, so that the next one should register anew. An authorization server says so in a page that never
 * sends the browser back (RFC 6749 §4.1.2.1): the sign-in is then given up on, by the person or by the clock.
 * A registration made for this very sign-in is kept when that happens, since it is known to be good.
 */
export function isForgotten(
  { client, isReused }: ClientWithRedirect,
  outcome: SignInOutcome,
  phase: SignInPhase,
): boolean {
  if (client.source !== 'registered') return false;
  switch (outcome.kind) {
    case 'failed':
      return isOfUnknownClient(outcome.error);
    case 'timedOut':
    case 'cancelled':
      return isReused && phase === 'waitingForConsent';
    case 'signedIn':
    case 'declined':
      return false;
  }
}

/** A client, with the redirect URI and the issuer it is stored under. */
export interface IdentifiedClient {
  readonly identity: ClientWithRedirect;
  readonly issuer: string;
}

/**
 * The next sign-in uses no client that the authorization server may have forgotten: where that can be asked
 * (RFC 7592) it is asked then, and else the client is not used again. Never rejects.
 */
export async function forgetClientAfter(
  outcome: SignInOutcome,
  phase: SignInPhase,
  identified: IdentifiedClient | undefined,
  { clients, log }: { readonly clients: ClientStore; readonly log: Log },
): Promise<void> {
  if (identified === undefined || !isForgotten(identified.identity, outcome, phase)) return;
  try {
    const { identity, issuer } = identified;
    // What was said is so; who only gave up may have had another reason, and the client would stay there for ever.
    if (outcome.kind !== 'failed' && identity.client.management !== undefined)
      await clients.doubt(issuer, identity.redirect.uri);
    else await clients.remove(issuer, identity.redirect.uri);
  } catch (error) {
    log.warn(
      `The client at ${new URL(identified.issuer).host} could not be forgotten (${errorName(error)}).`,
    );
  }
}
