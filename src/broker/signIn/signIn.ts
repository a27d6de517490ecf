import { OAuthFlowError } from '../../oauth/oauthFlowError.js';
import { errorName } from '../../base/errorName.js';
import type { Log } from '../../base/log.js';
import type { ServerConfig } from '../settings/serverSettings.js';
import type { BearerChallenge } from '../../oauth/wwwAuthenticateChallenge.js';
import type { DeniedBy } from '../status/consentStatus.js';
import type { Credential } from '../accounts/credential.js';

/** How a sign-in ends after an error, and what the user's browser shows. */
export function signInFailure(
  error: unknown,
  server: ServerConfig,
  log: Log,
): { readonly outcome: SignInOutcome; readonly told: string } {
  if (!(error instanceof OAuthFlowError)) {
    log.error(`${server.name}: sign-in failed unexpectedly (${errorName(error)}).`);
    const unforeseen = new OAuthFlowError('unexpected', 'The sign-in failed unexpectedly.', {
      fix: 'Show the log.',
    });
    return {
      outcome: { kind: 'failed', error: unforeseen },
      told: 'The reason is unknown. See the log of MCP OAuth Broker for details.',
    };
  }
  log.warn(`${server.name}: sign-in failed (${error.code}). ${error.message}`);
  return {
    outcome:
      error.code === 'accessDenied'
        ? { kind: 'declined', by: 'authorizationServer', detail: error.message }
        : { kind: 'failed', error },
    told: error.advice,
  };
}

/** The account or agent of a sign-in. */
export interface SignInIntent {
  /** The key of the account whose access is renewed or extended; the current account if absent. */
  readonly account?: string | undefined;
  /**
   * The sign-in was begun because the account's sign-in has ended or lacks scopes. If the server does not identify
   * the user, the account is assumed to be the same one, and the user is not asked.
   */
  readonly renews?: true;
  /** Another account than any that is signed in is wanted, and used from then on. */
  readonly anotherAccount?: true;
  /** The agent it is for alone, by its id; the user's own sign-in, and what others do with it, stay as they are. */
  readonly forAgent?: string;
  /** Whether that agent is still admitted there, asked before anything is stored for it. */
  readonly isAdmitted?: () => Promise<boolean>;
}

/** What a sign-in is begun for, whenever it is begun. */
export interface SignInPurpose extends SignInIntent {
  /** The challenge that led here, if one did. */
  readonly challenge?: BearerChallenge | undefined;
  /** Everything to ask for; if absent, the specification's priority decides. */
  readonly scopes?: readonly string[] | undefined;
  /** The scopes are the user's own choice: nothing is added to them. */
  readonly isExact?: boolean;
  /** The browser may be signed in as somebody else than {@link account}, and is asked to let the user choose. */
  readonly choosesAccount?: true;
}

export interface SignInRequest extends SignInPurpose {
  /** Milliseconds until the attempt gives up. */
  readonly deadline: number;
}

/** How far a sign-in has come. */
export type SignInPhase = 'waitingForBrowser' | 'preparing' | 'waitingForConsent' | 'exchangingCode';

export type SignInOutcome =
  | {
      readonly kind: 'signedIn';
      readonly credential: Credential;
      /** How the server's metadata deviates from the standard, as sentences for a user. */
      readonly warnings: readonly string[];
      /** Scopes that were asked for and not granted; those that only keep the sign-in and name it do not count. */
      readonly notGranted: readonly string[];
      /** The account that is still used here, for display, if another one has signed in. */
      readonly beside?: string | undefined;
      /** The server does not name the account: what it is called here is made up, and the user has not been asked yet. */
      readonly hasDefaultName?: true | undefined;
    }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'timedOut' }
  /** The user declined: on the consent page, in the editor, or when asked about the change of account. */
  | {
      readonly kind: 'declined';
      readonly by: Exclude<DeniedBy, 'server'>;
      /** What the user declined and where, as a sentence. */
      readonly detail: string;
    }
  | { readonly kind: 'failed'; readonly error: OAuthFlowError };

/** The user declined in the editor rather than on the consent page. @param detail as a sentence */
export function declinedByUser(detail: string): SignInOutcome {
  return { kind: 'declined', by: 'user', detail };
}
