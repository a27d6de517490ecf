import { mutant, type Mutant } from './mutant.js';

const accountsTest = 'test/broker/accounts.test.ts';
const windowsTest = 'test/broker/statesOfWindows.test.ts';
const relayTest = 'test/relay/accountChange.test.ts';
const keepTest = 'test/broker/storeCredential.test.ts';
const attemptTest = 'test/broker/lastAttempt.test.ts';
const unnamedTest = 'test/broker/unnamedAccounts.test.ts';
const store = 'src/broker/accounts/credentialStore.ts';

/** Defects of several accounts at one server. */
export const accountMutants: readonly Mutant[] = [
  mutant(
    'calls that act as another account than the chosen one',
    store,
    ['all.find((one) => accountKeyOf(one) === chosen) ?? all[0]', 'all[0] ?? all.find(() => chosen)'],
    accountsTest,
    relayTest,
  ),
  mutant(
    'a caller tied to one account that acts as the one in use',
    'src/relay/calls/relayedRequest.ts',
    ['...accessOf(session),', ''],
    relayTest,
  ),
  mutant(
    'a workspace that changes accounts because another one signed in',
    store,
    ['accountKey === undefined) this.#keepTo(credential);', 'accountKey === undefined) void this.#keepTo;'],
    accountsTest,
  ),
  mutant(
    'two accounts that share a flight of their refresh',
    'src/broker/tokens/accessTokens.ts',
    ['const account = stale && accountKeyOf(stale);', 'const account = undefined;'],
    accountsTest,
  ),
  mutant(
    'a scope that was declined forgotten when another tool is answered',
    'src/broker/status/observations.ts',
    ['if (own !== lacking) this.#set({ ...seen, observation: lacking });', 'this.#set(seen);'],
    'test/broker/serverStates.test.ts',
  ),
  mutant(
    'a scope that was declined forgotten when the token is renewed',
    'src/broker/status/serverStates.ts',
    ['this.#observations.forgetAllButLacking(', 'this.#observations.forget('],
    'test/broker/serverStates.test.ts',
  ),
  mutant(
    'what one account met told of another',
    'src/broker/status/observations.ts',
    [
      'keys?.get(everybody)?.observation ?? keys?.get(accountKey)?.observation;',
      '[...(keys?.values() ?? [])].findLast((seen) => seen.observation)?.observation;',
    ],
    accountsTest,
  ),
  mutant(
    'what one account met forgotten with another’s refresh',
    'src/broker/status/serverStates.ts',
    [
      'for (const key of [accountKey, nobody]) {',
      'for (const key of [...this.seen.map((seen) => seen.accountKey), accountKey]) {',
    ],
    accountsTest,
  ),
  mutant(
    'the account in use signed out in place of the one that is meant',
    'src/broker/signIn/signOut.ts',
    ['await this.credentials.reread(url, account);', 'await this.credentials.reread(url);'],
    accountsTest,
  ),
  mutant(
    'a further account stored over the first one',
    store,
    ['?? (await this.#freeSlot(credential, entries))', '?? firstSlot'],
    accountsTest,
  ),
  mutant(
    'a further account used though the user kept the first',
    'src/broker/signIn/storeCredential.ts',
    ["if (answer === 'new') await", 'await'],
    keepTest,
  ),
  mutant(
    'a sign-in that names nobody taken for the one before it without a question',
    'src/broker/signIn/storeCredential.ts',
    ['return askWhoseSignIn(server, accounts);', 'return { renews: accountKeyOf(first) };'],
    unnamedTest,
  ),
  mutant(
    'a sign-in that a call began to renew an account taken for another account’s',
    'src/broker/signIn/storeCredential.ts',
    ['intended?.renews === true) return { renews', 'void intended === null) return { renews'],
    unnamedTest,
  ),
  mutant(
    'sessions of one sign-in without a name continued by another',
    'src/broker/accounts/credential.ts',
    [
      'credential?.grant === undefined) return credential?.id;',
      'credential === undefined) return undefined;',
    ],
    unnamedTest,
  ),
  mutant(
    'calls that go on as another account though the user chose none',
    store,
    ['if (chosen === noAccount) return undefined;', ''],
    accountsTest,
  ),
  mutant(
    'a sign-out after which another account acts than the one the user chose',
    'src/broker/signIn/signOut.ts',
    ['if (chosen !== undefined) await this.credentials.use(server.url, chosen);', ''],
    accountsTest,
  ),
  mutant(
    'a failed extra that turns a server red which works',
    'src/broker/signIn/attemptEnding.ts',
    [
      "return worksNow[before.status] && observation?.kind !== 'answered' ? undefined : observation;",
      'return observation;',
    ],
    attemptTest,
  ),
  mutant(
    'a further account’s failure told of the one that is signed in',
    'src/broker/signIn/attemptEnding.ts',
    ['if (before.isFurther && before.isSignedIn) return undefined;', ''],
    attemptTest,
  ),
  mutant(
    'a declined sign-in that leaves a trace after a success',
    'src/broker/signIn/attemptEnding.ts',
    ["case 'signedIn':\n      return 'none';", "case 'signedIn':\n      return undefined;"],
    'test/broker/signInAttempt.test.ts',
  ),
  mutant(
    'how a sign-in ended not told to other windows',
    'src/broker/status/statesAcrossWindows.ts',
    [', attempts: states.attempts', ''],
    windowsTest,
  ),
  mutant(
    'an account’s name that hides characters',
    'src/broker/accounts/accountNaming.ts',
    ["if (invisible.test(text)) return 'invisible';", ''],
    'test/broker/accountNaming.test.ts',
  ),
  mutant(
    'two accounts of a server with one name',
    'src/broker/accounts/accountNaming.ts',
    [
      "some((other) => isSameName(other, name)) ? 'taken'",
      "some((other) => other === name && false) ? 'taken'",
    ],
    'test/broker/accountNaming.test.ts',
    unnamedTest,
  ),
  mutant(
    'what another window saw not taken over',
    'src/broker/status/serverStates.ts',
    ['this.#observations.merge(seen)', 'this.#observations.merge([])'],
    windowsTest,
  ),
  mutant(
    'what another window saw before taken for newer',
    'src/broker/status/observations.ts',
    ['if (own !== undefined && rank(own) >= rank(seen)) {', 'if (false) {'],
    windowsTest,
  ),
  mutant(
    'a consent that is open in another window not shown',
    'src/broker/status/serverStates.ts',
    ['this.#awaitingElsewhere = new Set(awaiting);', 'this.#awaitingElsewhere = new Set();'],
    windowsTest,
  ),
  mutant(
    'a sign-in that ended in another window taken for none',
    'src/broker/status/serverStates.ts',
    ['if (isElsewhere && this.hearsWindows) return;', ''],
    windowsTest,
  ),
];
