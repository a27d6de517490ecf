import type { OAuthFlowError } from '../../oauth/oauthFlowError.js';
import type { DeniedBy } from '../consentStatus.js';
import type { Credential } from '../accounts/credential.js';

/** How far a sign-in has come. */
export type SignInPhase = 'waitingForBrowser' | 'preparing' | 'waitingForConsent' | 'exchangingCode';

export type SignInOutcome =
  | {
      readonly kind: 'signedIn';
      readonly credential: Credential;
      /** Where the server's metadata strays from the standard, as sentences for a person. */
      readonly warnings: readonly string[];
      /** Scopes that were asked for and not granted; those that only keep the sign-in and name it do not count. */
      readonly notGranted: readonly string[];
      /** Who goes on being used here, in words, where that is not who signed in. */
      readonly beside?: string;
      /** The server does not name the account: what it is called here is made up, and the user has not been asked yet. */
      readonly hasDefaultName?: true;
    }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'timedOut' }
  /** Somebody said no: on the consent page, in the editor, or to the change of account. */
  | {
      readonly kind: 'declined';
      readonly by: Exclude<DeniedBy, 'server'>;
      /** Who said it where, as a sentence. */
      readonly detail: string;
    }
  | { readonly kind: 'failed'; readonly error: OAuthFlowError };
