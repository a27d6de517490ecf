import type { ConsentNeed } from '../authorizedFetch.js';
import type { ServerConfig } from '../settings/serverSettings.js';
import type { SignInAttempt } from './signInAttempt.js';

/** Asks the person outside the chat, where a request that no chat card can show waits for consent. */
export interface ConsentPrompt {
  /**
   * Shows who asks for what and offers to go on; opening the browser is the prompt's part.
   *
   * @param what the request in words, such as `the resource repo://HEAD`
   * @param signal aborted when the request is gone or the consent has been settled elsewhere
   * @returns false where the person declined or closed it
   */
  ask(
    server: ServerConfig,
    what: string,
    need: ConsentNeed,
    attempt: SignInAttempt,
    signal: AbortSignal,
  ): Promise<boolean>;
}
