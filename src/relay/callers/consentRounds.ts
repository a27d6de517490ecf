import { randomBytes } from 'node:crypto';
import type { ConsentNeed } from '../../broker/fetch/authorizedFetch.js';
import type { LaunchPage } from '../../broker/ports.js';
import type { SignInAttempt } from '../../broker/signIn/signInAttempt.js';
import type { ConsentSubject } from '../../mcp/consentTexts.js';
import type { BroughtInput } from '../../mcp/statelessRevision.js';

/** The most consents that are stored, because a caller may never return for one. */
const limit = 1_000;

/**
 * A consent that was requested in a result, with the data that is needed when the caller sends its request
 * again.
 */
export interface AskedConsent {
  readonly callerId: string;
  readonly serverUrl: string;
  readonly attempt: SignInAttempt;
  /** The page that the user was sent to. */
  readonly page: LaunchPage;
  readonly need: ConsentNeed;
  readonly subject: ConsentSubject;
  /** The request's answers to an earlier question of the server. */
  readonly input: BroughtInput;
}

/** The user's answer that a caller sends with the repeated request. */
export interface ResumedConsent {
  /** The requested consent; undefined if it is no longer stored. */
  readonly asked: AskedConsent | undefined;
  readonly accepted: boolean;
}

/**
 * Consents that were requested in results (MCP 2026-07-28, multi round-trip requests), by an ID that only the
 * caller that received it can use, and only once.
 */
export class ConsentRounds {
  readonly #asked = new Map<string, AskedConsent>();

  remember(asked: AskedConsent): string {
    const id = randomBytes(32).toString('base64url');
    this.#asked.set(id, asked);
    const [oldest] = this.#asked.keys();
    if (oldest !== undefined && this.#asked.size > limit) this.#asked.delete(oldest);
    return id;
  }

  isAskedFor(attempt: SignInAttempt): boolean {
    return [...this.#asked.values()].some((asked) => asked.attempt === attempt);
  }

  take(id: string, callerId: string, serverUrl: string): AskedConsent | undefined {
    const asked = this.#asked.get(id);
    if (asked?.callerId !== callerId || asked.serverUrl !== serverUrl) return undefined;
    this.#asked.delete(id);
    return asked;
  }
}
