import { randomBytes } from 'node:crypto';
import type { ConsentNeed } from '../../broker/fetch/authorizedFetch.js';
import type { LaunchPage } from '../../broker/ports.js';
import type { SignInAttempt } from '../../broker/signIn/signInAttempt.js';
import type { ConsentSubject } from '../../mcp/consentTexts.js';
import type { BroughtInput } from '../../mcp/statelessRevision.js';

/** Most consents that are remembered: a caller that never comes back leaves its own behind. */
const limit = 1_000;

/** A consent that a result asked for, with what is needed when the caller sends its request again. */
export interface AskedConsent {
  readonly callerId: string;
  readonly serverUrl: string;
  readonly attempt: SignInAttempt;
  /** Where the user was sent. */
  readonly page: LaunchPage;
  readonly need: ConsentNeed;
  readonly subject: ConsentSubject;
  /** What the request brought to a question of the server's, before ours. */
  readonly input: BroughtInput;
}

/** The user's answer that a caller brings with the repeated request. */
export interface ResumedConsent {
  /** Undefined if the consent has been forgotten. */
  readonly asked: AskedConsent | undefined;
  readonly accepted: boolean;
}

/**
 * Consents asked for in results (MCP 2026-07-28, multi round-trip requests), by an id that only the caller
 * that was asked can use, once.
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
