import { account, listBranches, type Situation } from './situation.js';

/** An account is signed in, before and after, and its calls are refused. */
export const refusalSituations: readonly Situation[] = [
  {
    name: '403 by policy',
    status: 'denied',
    account,
    because: /denied access for alice@example\.org \(403\)/,
    comesAbout: async (stage) => {
      const main = await stage.main();
      stage.scene.world.repositories.http.fault = 'forbidden';
      return stage.revealedBy(403, () => main.call(listBranches));
    },
    tool: /access was denied: .*denied access for alice@example\.org \(403\)/,
    next: {
      prompt: listBranches,
      meets: 'answer',
      says: /^list_branches did not run\. .*\(403\)\. Signing in again will not change that/,
    },
  },
  {
    name: 'server failing',
    status: 'unreachable',
    account,
    because: /returned a server error \(500\)/,
    comesAbout: async (stage) => {
      const main = await stage.main();
      stage.scene.world.repositories.http.fault = 'serverError';
      return stage.revealedBy(500, () => main.call(listBranches));
    },
    tool: /cannot be reached: .*returned a server error \(500\)/,
    next: { prompt: listBranches, meets: 'answer', says: /answered 500/ },
  },
  {
    name: 'server down',
    status: 'unreachable',
    account,
    because: /closed the connection before it responded/,
    comesAbout: async (stage) => {
      const main = await stage.main();
      stage.scene.world.repositories.http.fault = 'hungUp';
      return stage.revealedBy(undefined, () => main.call(listBranches));
    },
    tool: /cannot be reached: .*closed the connection/,
    next: { prompt: listBranches, meets: 'answer', says: /^list_branches did not get a response\. .*closed/ },
    afterwards: (stage) => stage.mendServer(account),
  },
  {
    name: 'authorization server down',
    status: 'unreachable',
    account,
    because: /closed the connection before it responded/,
    comesAbout: async (stage) => {
      const main = await stage.main();
      await stage.tokenEnds();
      stage.scene.world.authorizationServer.fault = 'hungUp';
      return stage.revealedAt('/token', () => main.call(listBranches));
    },
    tool: /cannot be reached: .*closed the connection/,
    next: { prompt: listBranches, meets: 'answer', says: /^list_branches did not get a response\. .*closed/ },
    afterwards: async (stage) => {
      stage.scene.world.authorizationServer.fault = 'none';
      await stage.mendServer(account);
    },
  },
];
