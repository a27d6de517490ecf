import type { BearerChallenge } from '../../oauth/wwwAuthenticateChallenge.js';

/** What a sign-in is begun for. */
export interface SignInRequest {
  /** The challenge that led here, if one did. */
  readonly challenge?: BearerChallenge;
  /** Everything to ask for; where absent, the specification's priority decides. */
  readonly scopes?: readonly string[];
  /** The scopes are the person's own choice: nothing is added to them. */
  readonly isExact?: boolean;
  /** Whose access is renewed or extended, by the account's key; the account in use where absent. */
  readonly account?: string;
  /** The browser may be signed in as somebody else than {@link account}, and is asked to let the user choose. */
  readonly choosesAccount?: true;
  /**
   * It is begun because that account's sign-in has ended or lacks scopes. If the server does not say who signed in, it
   * is taken for the same account's, and the user is not asked.
   */
  readonly renews?: true;
  /** Another account than any that is signed in is wanted, and used from then on. */
  readonly anotherAccount?: true;
  /** The agent it is for alone, by its id; the person's own sign-in, and what others do with it, stay as they are. */
  readonly forAgent?: string;
  /** Whether that agent is admitted there still, asked before anything is stored for it. */
  readonly isAdmitted?: () => Promise<boolean>;
  /** Milliseconds until the attempt gives up. */
  readonly deadline: number;
}
