import { defined } from '../../base/defined.js';
import type { OAuthFlowError } from '../../oauth/oauthFlowError.js';
import type { LastAttempt } from './lastAttempt.js';

/**
 * The statuses of a server. The tree, the status bar, the chat, the log, and the API show one of these and nothing
 * else.
 */
export type ConsentStatusName =
  | 'unknown'
  | 'open'
  | 'signedOut'
  | 'awaitingConsent'
  | 'ready'
  | 'needsScopes'
  | 'expired'
  | 'denied'
  | 'unreachable'
  | 'misconfigured';

/**
 * The source of a refusal: the MCP server with a 403 response, the user in the editor, or the user or a rule at the
 * authorization server.
 */
export type DeniedBy = 'server' | 'user' | 'authorizationServer';

/** One of several accounts that a server can be used with. */
export interface AccountInUse {
  /** An id that distinguishes it from the others. */
  readonly key: string;
  readonly label: string;
  /** Whether calls of this workspace act as it. */
  readonly inUse: boolean;
}

export interface ConsentStatus {
  readonly status: ConsentStatusName;
  readonly server: string;
  /** Whether there is a sign-in to end, whatever state it is in. */
  readonly signedIn: boolean;
  /** The account that is used, if one is signed in. */
  readonly account?: string;
  /** When the token expires, in milliseconds since the epoch, if the authorization server reported it. */
  readonly expiresAt?: number;
  /** Whether the token is renewed without the user, if there is one. */
  readonly refreshable?: boolean;
  /** Those there are to act as, if there is another one than the account in use. */
  readonly accounts?: readonly AccountInUse[];
  /** Scopes the credential holds. */
  readonly held: readonly string[];
  /** Scopes a tool asked for and the credential lacks. */
  readonly missing: readonly string[];
  /** The tool that asked for them. */
  readonly tool?: string;
  /** The observation as a sentence, if the status alone does not explain it. */
  readonly detail?: string;
  /** How the last attempt to sign in ended, if that was not with a sign-in. It has no part in the status. */
  readonly lastAttempt?: LastAttempt;
  /** For `denied`: the source of the refusal, which is also the only one that can grant access. */
  readonly deniedBy?: DeniedBy;
}

/** Whether there is an account to switch to, rename or sign out, whether or not calls act as it. */
export function hasAccounts({ signedIn, accounts }: ConsentStatus): boolean {
  return signedIn || (accounts?.length ?? 0) > 0;
}

/** What is known of the credential that a server's calls would use. */
export interface CredentialFacts {
  readonly account?: string;
  readonly scopes: readonly string[];
  /** Milliseconds since the epoch; undefined if the authorization server did not say. */
  readonly expiresAt?: number | undefined;
  readonly refreshable: boolean;
}

/** 403 `insufficient_scope` (RFC 6750 §3.1). */
export interface InsufficientScope {
  readonly kind: 'insufficientScope';
  readonly missing: readonly string[];
  readonly tool?: string;
}

/** The newest thing seen of a server that decides what its next call meets. */
export type Observation =
  /** The server responded to a request; `authorized` is whether the request had a token. */
  | { readonly kind: 'answered'; readonly authorized: boolean }
  /** 401 without a usable credential. */
  | { readonly kind: 'challenged' }
  | InsufficientScope
  /** Any other 403, or the user's no. */
  | {
      readonly kind: 'denied';
      readonly by: DeniedBy;
      readonly detail: string;
      /** The scopes of the attempt, if a tool had required some. They are still missing. */
      readonly lacking?: InsufficientScope;
    }
  /** The sign-in ended and cannot be renewed. */
  | { readonly kind: 'ended' }
  | { readonly kind: 'unreachable'; readonly detail: string }
  | { readonly kind: 'misconfigured'; readonly detail: string };

/** The kinds of {@link Observation}; a notice of another version may hold others. */
export const observationKinds: ReadonlySet<unknown> = new Set(
  Object.keys({
    answered: true,
    challenged: true,
    insufficientScope: true,
    denied: true,
    ended: true,
    unreachable: true,
    misconfigured: true,
  } satisfies Record<Observation['kind'], true>),
);

/** What a failed step shows about the server; undefined if nothing. */
export function observationOfError({ code, message, details }: OAuthFlowError): Observation | undefined {
  switch (code) {
    case 'identityProviderSignInRequired':
      return { kind: 'challenged' };
    case 'notProtected':
      return { kind: 'answered', authorized: false };
    case 'unreachable':
    case 'timedOut':
      return { kind: 'unreachable', detail: message };
    // Faults of one attempt, its callback or its tokens: the next attempt may be as it should.
    case 'stateMismatch':
    case 'invalidCallback':
    case 'accessDenied':
    case 'redirectUnavailable':
    case 'deviceFlowNotOffered':
    case 'noUserSignsIn':
    case 'deviceCodeExpired':
    case 'refreshTokenRefused':
    case 'invalidRecord':
    case 'unexpected':
      return undefined;
    case 'authorizationRefused':
    case 'tokenRequestRefused':
      return refusal(details.oauthError, message);
    // Metadata, registration and settings stay as they are until somebody mends them.
    case 'tooLarge':
    case 'notJson':
    case 'redirected':
    case 'insecureAddress':
    case 'addressOutOfReach':
    case 'unexpectedStatus':
    case 'invalidMetadata':
    case 'resourceMismatch':
    case 'issuerMismatch':
    case 'noAuthorizationServer':
    case 'pkceNotAdvertised':
    case 'dpopNotSupported':
    case 'clientIdRequired':
    case 'clientSecretRequired':
    case 'clientOfAnotherIssuer':
    case 'invalidClientKey':
    case 'assertionRequired':
    case 'authenticationProviderRefused':
    case 'authenticationProviderUnavailable':
    case 'registrationRefused':
    case 'callbackIssuerMismatch':
    case 'invalidTokenResponse':
      return { kind: 'misconfigured', detail: message };
  }
}

/** RFC 6749 §4.1.2.1, §5.2: what the authorization server refuses for a reason that will pass, or for good. */
function refusal(oauthError: string | undefined, detail: string): Observation | undefined {
  switch (oauthError) {
    case 'temporarily_unavailable':
    case 'server_error':
      return { kind: 'unreachable', detail };
    // The code or the refresh token of one attempt; another one may be taken.
    case 'invalid_grant':
      return undefined;
    default:
      return { kind: 'misconfigured', detail };
  }
}

export interface ServerFacts {
  readonly server: string;
  readonly credential?: CredentialFacts;
  /** Those there are to act as, if there is another one than the account in use. */
  readonly accounts?: readonly AccountInUse[];
  /** A browser page or a chat card is open for it. */
  readonly awaitingConsent: boolean;
  readonly observation?: Observation;
  readonly lastAttempt?: LastAttempt;
  /** No user signs in there. Missing access is obtained with the next call. */
  readonly isUnattended?: boolean;
  /** The user's decision about its use on this machine, unless they allowed it. */
  readonly notUsedHere?: 'declined' | 'unasked';
}

/**
 * Derives the one status that is shown. Precedence, highest first: a settings or metadata fault, since
 * nothing else can work; an open consent, since the user is needed now; an unreachable server; a denial;
 * a scope a tool lacks; the credential's own state; what an unauthenticated request met.
 *
 * @param now milliseconds since the epoch
 */
export function consentStatus(facts: ServerFacts, now: number): ConsentStatus {
  const { observation, credential } = facts;
  const held = credential?.scopes ?? [];
  const lacking = observation && lackingOf(observation);
  const missing = lacking?.missing.filter((scope) => !held.includes(scope)) ?? [];
  const base = defined({
    server: facts.server,
    signedIn: credential !== undefined,
    held,
    missing,
    account: credential?.account,
    expiresAt: credential?.expiresAt,
    refreshable: credential?.refreshable,
    accounts: facts.accounts,
    tool: lacking?.tool,
    detail: observation !== undefined && 'detail' in observation ? observation.detail : undefined,
    deniedBy: observation?.kind === 'denied' ? observation.by : undefined,
    lastAttempt: facts.lastAttempt,
  });
  const is = (status: ConsentStatusName): ConsentStatus => {
    const needsSignIn = status === 'signedOut' || status === 'expired';
    return { status: needsSignIn && facts.isUnattended === true ? 'ready' : status, ...base };
  };

  if (observation?.kind === 'misconfigured') return is('misconfigured');
  if (facts.awaitingConsent) return is('awaitingConsent');
  if (observation?.kind === 'unreachable') return is('unreachable');
  if (facts.notUsedHere !== undefined) return { ...is('unknown'), ...notUsedHere[facts.notUsedHere] };
  if (observation?.kind === 'denied') return is('denied');
  if (credential === undefined) return withoutCredential(observation, is);
  // What was asked for can have been granted since.
  if (missing.length > 0) return is('needsScopes');
  if (observation?.kind === 'ended' || observation?.kind === 'challenged') return is('expired');
  const lapsed = credential.expiresAt !== undefined && credential.expiresAt <= now;
  return is(lapsed && !credential.refreshable ? 'expired' : 'ready');
}

/** Nothing is known of a call that would have to ask the user first. */
const notUsedHere = {
  unasked: {
    status: 'unknown',
    detail: 'This sign-in has not been used on this machine yet. You are asked before its first use here.',
  },
  declined: {
    status: 'denied',
    deniedBy: 'user',
    detail: 'You chose not to use this sign-in on this machine. To use the server here, sign in again.',
  },
} as const;

/** The access that a tool required and did not get, whatever the user decided. */
export function lackingOf(observation: Observation): InsufficientScope | undefined {
  if (observation.kind === 'insufficientScope') return observation;
  return observation.kind === 'denied' ? observation.lacking : undefined;
}

function withoutCredential(
  observation: Observation | undefined,
  is: (status: ConsentStatusName) => ConsentStatus,
): ConsentStatus {
  switch (observation?.kind) {
    case undefined:
      return is('unknown');
    case 'answered':
      // A response to a token that no longer exists shows nothing about calls without one.
      return is(observation.authorized ? 'signedOut' : 'open');
    case 'ended':
      return is('expired');
    case 'challenged':
    case 'insufficientScope':
      return is('signedOut');
    case 'denied':
      return is('denied');
    case 'unreachable':
      return is('unreachable');
    case 'misconfigured':
      return is('misconfigured');
  }
}
