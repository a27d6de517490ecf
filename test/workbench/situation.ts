import type { ConsentStatusName } from '../../src/broker/status/consentStatus.js';
import { alice } from '../demo/people.js';
import type { Met, SituationStage } from './situationStage.js';
import type { Expected } from './surfaces.js';

/** How a server stands with the user, how that comes about, and what follows from it. */
export interface Situation extends Expected {
  readonly name: string;
  /**
   * Brings it about.
   *
   * @returns the moment of the first answer that reveals it, in milliseconds since the epoch; undefined if
   * nothing has to be revealed
   */
  readonly comesAbout: (stage: SituationStage) => Promise<number | undefined>;
  /** The status as soon as a chat is asked anything, where that makes the editor start the server. */
  readonly onceStarted?: ConsentStatusName;
  /** What the status tool says of the server, beyond its status. */
  readonly tool: RegExp;
  /** What the next call meets. */
  readonly next: { readonly prompt: string; readonly meets: Met['kind']; readonly says: RegExp };
  /** What is done before the situation after it. */
  readonly afterwards?: (stage: SituationStage) => Promise<void>;
}

export const listBranches = 'list my branches';
export const createBranch = 'create a branch called wanted';

/** Whose account acts. */
export const account = alice.email;

/** What a call meets that needs more than is held. */
export const asksForMore: Situation['next'] = {
  prompt: createBranch,
  meets: 'card',
  says: /More access for repositories .*create_branch .*New scopes: repo:write/,
};
/** What a call meets where nobody is signed in. */
export const asksToSignIn: Situation['next'] = {
  prompt: listBranches,
  meets: 'card',
  says: /Sign in to repositories/,
};
/** What a call meets that needs nothing from the user. */
export const runs: Situation['next'] = { prompt: listBranches, meets: 'answer', says: /^main$/ };
