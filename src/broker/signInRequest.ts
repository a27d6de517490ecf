import type { BearerChallenge } from '../oauth/wwwAuthenticateChallenge.js';

/** What a sign-in is begun for. */
export interface SignInRequest {
  /** The challenge that led here, if one did. */
  readonly challenge?: BearerChallenge;
  /** Everything to ask for; where absent, the specification's priority decides. */
  readonly scopes?: readonly string[];
  /** The scopes are the person's own choice: nothing is added to them. */
  readonly isExact?: boolean;
  /** Milliseconds until the attempt gives up. */
  readonly deadline: number;
}
