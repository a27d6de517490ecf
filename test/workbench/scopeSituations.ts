import assert from 'node:assert/strict';
import { bob } from '../demo/people.js';
import { answer, backToEditor, reachConsent } from './userInBrowser.js';
import { account, asksForMore, createBranch, type Situation } from './situation.js';

/**
 * A tool needs more scopes than are held, and the user decides. An account with fewer scopes is signed in
 * before.
 */
export const scopeSituations: readonly Situation[] = [
  {
    name: 'agent waiting',
    status: 'needsScopes',
    account,
    because: /; create_branch needs repo:write$/,
    comesAbout: async (stage) => {
      const agent = await stage.agent();
      return stage.revealedBy(403, async () => {
        const told = await agent.call('create_branch', { name: 'of-an-agent' });
        assert.match(told, /create_branch was not run: it needs access .*repo:write.*has asked the user/);
      });
    },
    tool: /scopes missing: repo:write, requested by create_branch/,
    next: asksForMore,
    afterwards: async (stage) => {
      await stage.cancelSignIn(await stage.main());
      await (await stage.agent()).withdraw();
    },
  },
  {
    name: 'scope missing',
    status: 'needsScopes',
    account,
    because: /; create_branch needs repo:write$/,
    comesAbout: async (stage) => {
      const main = await stage.main();
      const refused = await stage.revealedBy(403, () => main.call(createBranch));
      const because = /; create_branch needs repo:write$/;
      await stage.say({ status: 'awaitingConsent', account, because }, refused);
      return stage.cancelSignIn(main);
    },
    tool: /scopes missing: repo:write, requested by create_branch/,
    next: asksForMore,
  },
  {
    name: 'step-up declined',
    status: 'needsScopes',
    account,
    because: /; create_branch needs repo:write; last sign-in declined$/,
    comesAbout: async (stage) => {
      const main = await stage.cardOf(createBranch);
      const { text, at } = await main.told(() => main.workbench.chat.consentCard.cancel());
      assert.match(text, /^create_branch did not run: the user declined .*repo:write/);
      return at;
    },
    tool: /scopes missing: repo:write, requested by create_branch.*last sign-in, .*declined: It was declined in the editor/s,
    next: asksForMore,
  },
  {
    name: 'step-up granted with less than asked',
    status: 'needsScopes',
    account,
    because: /; create_branch needs repo:write$/,
    comesAbout: async (stage) => {
      const main = await stage.cardOf(createBranch);
      const { chat } = main.workbench;
      let issued: number | undefined;
      const { text } = await main.told(async () => {
        const page = await main.workbench.pageOpenedBy(() => chat.consentCard.open());
        await reachConsent(page);
        await page.getByLabel(/Create branches/).uncheck();
        issued = await stage.revealedAt('/token', () => page.getByRole('button', { name: 'Allow' }).click());
        await backToEditor(page, main.workbench);
      });
      assert.match(text, /was not granted repo:write/);
      return issued;
    },
    tool: /scopes missing: repo:write, requested by create_branch/,
    next: asksForMore,
  },
  {
    name: 'wrong account chosen',
    status: 'needsScopes',
    account,
    because: /; last sign-in declined$/,
    comesAbout: async (stage) => {
      const main = await stage.cardOf(createBranch);
      const { chat } = main.workbench;
      await stage.leaveAuthorizationServer();
      const page = await main.workbench.pageOpenedBy(() => chat.consentCard.open());
      await answer(page, main.workbench, 'Allow', bob);
      const { text, at } = await main.told(() =>
        main.workbench.clickDialog('signed in to repositories as bob@example.org', 'Cancel'),
      );
      assert.match(text, /signed in bob@example\.org, but alice@example\.org was kept/);
      return at;
    },
    tool: /account: alice@example\.org.*last sign-in, .*signed in bob@example\.org, but alice@example\.org was kept/s,
    next: asksForMore,
    afterwards: async (stage) => {
      await stage.leaveAuthorizationServer();
      await stage.cancelSignIn(await stage.main());
    },
  },
];
