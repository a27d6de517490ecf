import type { ConsentStatusName } from '../../src/broker/status/consentStatus.js';
import { alice } from '../demo/people.js';
import type { Met, SituationStage } from './situationStage.js';
import type { Expected } from './surfaces.js';

/** A state of a server, the way to reach it, and its effects. */
export interface Situation extends Expected {
  readonly name: string;
  /**
   * Brings the state about.
   *
   * @returns the time of the first response that reveals it, in milliseconds since the epoch; undefined if
   *   no response reveals it
   */
  readonly comesAbout: (stage: SituationStage) => Promise<number | undefined>;
  /** The status after the first prompt, if that makes the editor start the server. */
  readonly onceStarted?: ConsentStatusName;
  /** The status tool's text about the server, besides its status. */
  readonly tool: RegExp;
  /** The result of the next call. */
  readonly next: { readonly prompt: string; readonly meets: Met['kind']; readonly says: RegExp };
  /** Runs before the next situation. */
  readonly afterwards?: (stage: SituationStage) => Promise<void>;
}

export const listBranches = 'list my branches';
export const createBranch = 'create a branch called wanted';

/** The account that calls use. */
export const account = alice.email;

/** The result of a call that needs more scopes than are held. */
export const asksForMore: Situation['next'] = {
  prompt: createBranch,
  meets: 'card',
  says: /More access for repositories .*create_branch .*New scopes: repo:write/,
};
/** The result of a call if no account is signed in. */
export const asksToSignIn: Situation['next'] = {
  prompt: listBranches,
  meets: 'card',
  says: /Sign in to repositories/,
};
/** The result of a call that needs nothing from the user. */
export const runs: Situation['next'] = { prompt: listBranches, meets: 'answer', says: /^main$/ };
