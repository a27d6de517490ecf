import { promise, type Mutant } from './mutant.js';

/** Protection of tokens against loss, double use, and wrong destinations. */
export const tokenPromises: readonly Mutant[] = [
  {
    name: 'A refresh happens once in a window',
    edits: [
      {
        file: 'src/broker/tokens/accessTokens.ts',
        find: 'if (running !== undefined) return running;',
        replace: 'void running;',
      },
      {
        file: 'src/broker/tokens/accessTokens.ts',
        find: 'this.lock.hold(name, ',
        replace: '(<T>(_name: string, work: () => Promise<T>) => work())(name, ',
      },
    ],
    tests: ['test/broker/accessTokens.test.ts', 'test/relay/refresh.test.ts'],
  },
  promise(
    'A refresh happens once among windows',
    'src/broker/tokens/accessTokens.ts',
    ['this.lock.hold(name, ', '(<T>(_name: string, work: () => Promise<T>) => work())(name, '],
    'test/broker/accessTokens.test.ts',
  ),
  promise(
    'A refresh that another window has done is not done again',
    'src/broker/tokens/accessTokens.ts',
    ['if (latest === undefined || !isSameToken(latest, stale)) return latest;', 'if (!latest) return;'],
    'test/broker/accessTokens.test.ts',
  ),
  promise(
    'New tokens are stored before they are used',
    'src/broker/tokens/refreshOutcome.ts',
    ['(await credentials.put(renewed)) ? renewed', 'credentials.put(renewed) ? renewed'],
    'test/broker/accessTokens.test.ts',
  ),
  promise(
    'A network failure during a refresh does not end the sign-in',
    'src/broker/tokens/accessTokens.ts',
    ["if (error.code !== 'refreshTokenRefused') throw error;", ''],
    'test/broker/accessTokens.test.ts',
  ),
  promise(
    'A response without a refresh token keeps the old one',
    'src/oauth/tokenRefresh.ts',
    ['refreshToken: fresh.refreshToken ?? tokens.refreshToken,', ''],
    'test/oauth/tokens.test.ts',
    'test/broker/accessTokens.test.ts',
  ),
  promise(
    'A token follows no redirect',
    'src/broker/fetch/authorizedFetch.ts',
    [
      'if (response.status >= 300 && response.status < 400) {',
      "const to = response.headers.get('location');\n    if (to !== null) return { kind: 'response', response: await this.fetch(to, { headers: { Authorization: `Bearer ${credential?.tokens.accessToken.expose() ?? ''}` } }) };\n    if (response.status >= 300 && response.status < 400) {",
    ],
    'test/broker/authorizedFetch.test.ts',
  ),
  promise(
    'A request that may have run is not sent again',
    'src/broker/fetch/authorizedFetch.ts',
    [
      'if (response.status === 401 && credential !== undefined) {',
      'if ((response.status === 401 || response.status >= 500) && credential !== undefined) {',
    ],
    'test/broker/authorizedFetch.test.ts',
  ),
  promise(
    'A 403 keeps the token',
    'src/broker/fetch/authorizedFetch.ts',
    [
      'if (response.status === 401 && credential !== undefined) {',
      'if ((response.status === 401 || response.status === 403) && credential !== undefined) {',
    ],
    'test/broker/authorizedFetch.test.ts',
  ),
  promise(
    'A call is not sent again as another account',
    'src/broker/tokens/accessTokens.ts',
    [
      'this.#usable(server, await this.credentials.rereadShared(server.url, account));',
      'this.#usable(server, await this.credentials.rereadShared(server.url));',
    ],
    'test/broker/authorizedFetch.test.ts',
  ),
  promise(
    'An account is not replaced by another without a question',
    'src/broker/signIn/storeCredential.ts',
    [
      'return confirmAccountChange(server, from, to);',
      "void [confirmAccountChange, from, to];\n  return 'new';",
    ],
    'test/broker/signInAttempt.test.ts',
  ),
  promise(
    'A sign-in is used on a machine only after it was allowed there',
    'src/broker/tokens/accessTokens.ts',
    ['if (credential !== undefined) await this.use?.require(server, credential);', ''],
    'test/broker/useHere.test.ts',
  ),
  promise(
    'Calls use the account that the user chose',
    'src/broker/accounts/credentialStore.ts',
    ['all.find((one) => accountKeyOf(one) === chosen) ?? all[0]', 'all[0] ?? all.find(() => chosen)'],
    'test/broker/accounts.test.ts',
    'test/relay/accountChange.test.ts',
  ),
  promise(
    'Additional scopes replace no scopes',
    'src/oauth/scopes.ts',
    ['[...new Set([...held, ...added])]', '[...added]'],
    'test/oauth/scopes.test.ts',
  ),
  promise(
    'A removed sign-in stays removed',
    'src/broker/accounts/storedRecord.ts',
    ['return isSame ? { generation, removed: older.removed } : newer;', 'return newer;'],
    'test/desktop/collision.test.ts',
  ),
  promise(
    'The machine’s key is readable by its user alone',
    'src/node/files/atomicFile.ts',
    ['{ mode = 0o600,', '{ mode = 0o644,'],
    'test/node/sealedFiles.test.ts',
  ),
  promise(
    'Each secret is sealed with a separate nonce',
    'src/node/store/sealedStore.ts',
    ['crypto.getRandomValues(new Uint8Array(12))', 'new Uint8Array(12)'],
    'test/node/sealedStore.test.ts',
  ),
  promise(
    'A damaged store is not replaced by an empty one',
    'src/node/store/sealedStore.ts',
    [
      "    } catch {\n      throw new SealedStoreUnreadable('damaged', this.file);",
      '    } catch {\n      return new Map();',
    ],
    'test/node/sealedStore.test.ts',
  ),
];
