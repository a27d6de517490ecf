import type { ConsentNeed } from '../authorizedFetch.js';
import type { ServerConfig } from '../settings/serverSettings.js';
import type { SignInAttempt } from './signInAttempt.js';

/** Asks the user outside the chat, for a request that no card can be shown for, or whose card stays unanswered. */
export interface ConsentPrompt {
  /**
   * Shows who asks for what and offers to go on; opening the browser is the prompt's part.
   *
   * @param what the request in words, such as `the resource repo://HEAD`
   * @param signal aborted when the request is gone or the consent has been settled elsewhere
   * @returns false if the user declined; undefined if they closed it, or if the signal was aborted
   */
  ask(
    server: ServerConfig,
    what: string,
    need: ConsentNeed,
    attempt: SignInAttempt,
    signal: AbortSignal,
  ): Promise<boolean | undefined>;
}
