import { alice } from '../demo/people.js';
import { account, asksToSignIn, listBranches, type Situation } from './situation.js';

/** A sign-in ends, here or elsewhere. An account is signed in before each. */
export const endedSituations: readonly Situation[] = [
  {
    name: 'signed out in another window',
    status: 'signedOut',
    comesAbout: async (stage) => {
      const other = await stage.other();
      return stage.revealedAt('/token/revocation', () => other.run('Sign Out…'));
    },
    tool: /no account is signed in/,
    next: { ...asksToSignIn, says: /Sign in to repositories .*list_branches .*repo:read/ },
    afterwards: async (stage) => {
      await stage.cancelSignIn(await stage.main());
    },
  },
  {
    name: 'consent pending in another window',
    status: 'awaitingConsent',
    comesAbout: async (stage) => {
      const other = await stage.other();
      return stage.askedBy(401, () => other.call(listBranches));
    },
    tool: /waiting for the user, in the browser or on a card in the chat/,
    next: asksToSignIn,
    afterwards: async (stage) => {
      await stage.cancelSignIn(await stage.other());
      const issued = await stage.consent(await stage.main(), /^main/);
      await stage.say({ status: 'ready', account }, issued);
    },
  },
  {
    name: 'refresh refused',
    status: 'expired',
    account,
    comesAbout: async (stage) => {
      const main = await stage.main();
      stage.scene.world.authorizationServer.revokeGrantOf(alice.sub);
      await stage.tokenEnds();
      const refused = await stage.revealedAt('/token', () => main.call(listBranches));
      await stage.say({ status: 'awaitingConsent', account }, refused);
      return stage.cancelSignIn(main);
    },
    tool: /the sign-in has ended; .*asks the user to sign in again/,
    next: asksToSignIn,
    afterwards: async (stage) => {
      const issued = await stage.consent(await stage.main(), /^main/);
      await stage.say({ status: 'ready', account }, issued);
    },
  },
  {
    name: 'revoked at the server',
    status: 'expired',
    account,
    comesAbout: async (stage) => {
      const main = await stage.main();
      stage.scene.world.repositories.http.distrusts = alice.sub;
      const refused = await stage.askedBy(401, () => main.call(listBranches));
      await stage.say({ status: 'awaitingConsent', account }, refused);
      return stage.cancelSignIn(main);
    },
    tool: /the sign-in has ended; .*asks the user to sign in again/,
    next: asksToSignIn,
    afterwards: async (stage) => {
      await stage.cancelSignIn(await stage.main());
      stage.scene.world.repositories.http.distrusts = undefined;
    },
  },
];
