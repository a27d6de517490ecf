import { account, listBranches, type Situation } from './situation.js';

/** Somebody is signed in, and gets nothing. */
export const refusalSituations: readonly Situation[] = [
  {
    name: '403 by policy',
    status: 'denied',
    account,
    because: /refused this to alice@example\.org \(403\)/,
    comesAbout: async (stage) => {
      const main = await stage.main();
      stage.scene.world.repositories.http.fault = 'forbidden';
      return stage.revealedBy(403, () => main.call(listBranches));
    },
    tool: /access was denied: .*refused this to alice@example\.org \(403\)/,
    next: {
      prompt: listBranches,
      meets: 'answer',
      says: /^list_branches did not run\. .*\(403\)\. Signing in again will not change that/,
    },
  },
];
