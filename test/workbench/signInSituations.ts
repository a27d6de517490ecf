import assert from 'node:assert/strict';
import { account, asksToSignIn, listBranches, runs, type Situation } from './situation.js';

/** From a server without any call to one that acts for the user. */
export const signInSituations: readonly Situation[] = [
  {
    name: 'never contacted',
    status: 'unknown',
    comesAbout: () => Promise.resolve(undefined),
    onceStarted: 'signedOut',
    tool: /no account is signed in; mcpSignIn or .* asks the user/,
    next: { ...asksToSignIn, says: /Sign in to repositories .*its tools .*repo:read/ },
    afterwards: async (stage) => {
      await stage.cancelSignIn(await stage.main());
    },
  },
  {
    name: 'never signed in',
    status: 'signedOut',
    comesAbout: async (stage) => {
      const main = await stage.main();
      return stage.revealedBy(401, () => main.run('Check Server…'));
    },
    tool: /no account is signed in; mcpSignIn or .* asks the user/,
    next: { ...asksToSignIn, says: /Sign in to repositories .*its tools .*repo:read/ },
  },
  {
    name: 'signed in',
    status: 'ready',
    account,
    comesAbout: async (stage) => stage.consent(await stage.cardOf(listBranches), /./),
    tool: /account: alice@example\.org\n.*scopes granted: .*repo:read.*\n.*renews automatically/,
    next: runs,
    afterwards: async (stage) => {
      const other = await stage.other();
      await other.surfaces.say({ status: 'ready', account });
    },
  },
  {
    name: 'token expired and refreshable',
    status: 'ready',
    account,
    comesAbout: async (stage) => {
      await stage.tokenEnds();
      return undefined;
    },
    tool: /renews automatically/,
    next: runs,
    afterwards: (stage) => {
      const { authorizationServer } = stage.scene.world;
      assert.ok(authorizationServer.eventsOf('refresh').length > 0);
      assert.equal(authorizationServer.eventsOf('authorization').length, 1);
      return Promise.resolve();
    },
  },
];
