import type { LaunchPage } from '../ports.js';
import type { SignInAttempt } from './signInAttempt.js';

/** The browser of the editor's user, as far as the editor's own MCP client opens launch pages in it. */
export interface CardBrowser {
  /**
   * A launch page's address as that browser reaches it: in a remote or web window, loopback is another machine's.
   *
   * @returns the loopback address itself where it is the right one or no other can be found out; never rejects
   */
  outsideAddress(address: string): Promise<string>;
  /** The user chose to open the page, and the editor says nothing of whether it could. */
  opened(attempt: SignInAttempt, page: LaunchPage): void;
}
