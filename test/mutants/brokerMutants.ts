import { mutant, type Mutant } from './mutant.js';

const accessTokens = 'src/broker/tokens/accessTokens.ts';
const authorizedFetch = 'src/broker/fetch/authorizedFetch.ts';
const attempt = 'src/broker/signIn/signInAttempt.ts';
const keep = 'src/broker/signIn/storeCredential.ts';

const tokensTest = 'test/broker/accessTokens.test.ts';
const refreshTest = 'test/relay/refresh.test.ts';
const fetchTest = 'test/broker/authorizedFetch.test.ts';
const signInTest = 'test/broker/signInAttempt.test.ts';
const secretsTest = 'test/relay/secretsStayInside.test.ts';

const locked = 'this.lock.hold(name, ';
const unlocked = '(<T>(_name: string, work: () => Promise<T>) => work())(name, ';

/** Defects of state and order. */
export const brokerMutants: readonly Mutant[] = [
  mutant(
    'state unchecked where callbacks arrive',
    'src/broker/callbacks/pendingCallbacks.ts',
    [
      'const waiting = this.#waiting.get(state);',
      'const waiting = this.#waiting.get(state) ?? [...this.#waiting.values()][0];',
    ],
    'test/broker/pendingCallbacks.test.ts',
  ),
  mutant(
    'a callback handed over twice',
    'src/broker/callbacks/pendingCallbacks.ts',
    ['this.#waiting.delete(found.state);\n    found.', 'found.'],
    'test/broker/pendingCallbacks.test.ts',
  ),
  mutant(
    'a callback taken that arrived where another issuer’s do',
    'src/broker/callbacks/pendingCallbacks.ts',
    ['waiting?.path === path ? {', 'waiting !== undefined ? {'],
    'test/broker/pendingCallbacks.test.ts',
    'test/relay/mixUp.test.ts',
  ),
  mutant(
    'a pasted callback taken that no sign-in waits for',
    'src/broker/callbacks/pastedCallback.ts',
    ['return callbacks.expects(parameters, path)', "return path !== ''"],
    'test/broker/pastedCallback.test.ts',
  ),
  mutant(
    'a code offered to a client that may not use one',
    'src/broker/signIn/flows/deviceCodeFlow.ts',
    ["identity.client.source !== 'clientIdMetadataDocument'", "identity.client.clientId !== ''"],
    'test/broker/offersCode.test.ts',
  ),
  {
    name: 'refresh not single-flight',
    edits: [
      { file: accessTokens, find: 'if (running !== undefined) return running;', replace: 'void running;' },
      { file: accessTokens, find: locked, replace: unlocked },
    ],
    tests: [tokensTest, refreshTest],
  },
  mutant(
    'tokens sent after another tab signed out',
    'src/broker/accounts/newestRecords.ts',
    ['if (newest <= generation || ', 'if (newest >= 0 || '],
    'test/broker/sharedCredentials.test.ts',
  ),
  mutant(
    'a sign-in of another window replaced without a question',
    keep,
    ["actorOf(present) !== actorOf(agreed)) return 'changed';", "hasEnded()) return 'changed';"],
    'test/broker/storeCredential.test.ts',
  ),
  mutant(
    'a call sent again as somebody else',
    accessTokens,
    [
      'this.#usable(server, await this.credentials.rereadShared(server.url, account));',
      'this.#usable(server, await this.credentials.rereadShared(server.url));',
    ],
    fetchTest,
  ),
  mutant(
    'an answer resumed as somebody else',
    'src/relay/calls/responseStream.ts',
    ['session: sentIn,', ''],
    'test/relay/accountChange.test.ts',
  ),
  mutant('refresh without the lock between windows', accessTokens, [locked, unlocked], tokensTest),
  mutant(
    'no second look once the lock is held',
    accessTokens,
    ['if (latest === undefined || !isSameToken(latest, stale)) return latest;', 'if (!latest) return;'],
    tokensTest,
  ),
  mutant(
    'a refresh that ends late replaces a newer sign-in',
    'src/broker/tokens/refreshOutcome.ts',
    ['if (stored !== undefined && !hasSameTokens(stored, used)) return stored;', ''],
    tokensTest,
  ),
  mutant(
    'tokens used before they are stored',
    'src/broker/tokens/refreshOutcome.ts',
    ['(await credentials.put(renewed)) ? renewed', 'credentials.put(renewed) ? renewed'],
    tokensTest,
  ),
  mutant(
    'a failed refresh ends the sign-in',
    accessTokens,
    ["if (error.code !== 'refreshTokenRefused') throw error;", ''],
    tokensTest,
  ),
  mutant(
    'consent asked for because the authorization server is down',
    accessTokens,
    [
      'const renewed = await this.#renew(server, refused);',
      'const renewed = await this.#renew(server, refused).catch(() => undefined);',
    ],
    tokensTest,
    fetchTest,
  ),
  mutant(
    'no refresh ahead of the end',
    'src/broker/accounts/credential.ts',
    ['return now >= expiresAt - margin * (1 + earliness);', 'return now >= expiresAt;'],
    tokensTest,
  ),
  mutant(
    'redirect followed with a token',
    authorizedFetch,
    ["redirect: 'manual'", "redirect: 'follow'"],
    fetchTest,
  ),
  mutant(
    'token sent with a redirect by hand',
    authorizedFetch,
    [
      'if (response.status >= 300 && response.status < 400) {',
      `const to = response.headers.get('location');
    if (to !== null) return { kind: 'response', response: await this.fetch(to, { headers: { Authorization: \`Bearer \${credential?.tokens.accessToken.expose() ?? ''}\` } }) };
    if (response.status >= 300 && response.status < 400) {`,
    ],
    fetchTest,
  ),
  mutant(
    'a server that fails taken for one that answers',
    authorizedFetch,
    ["request.method === 'POST' ? passing", "request.method === 'DELETE' ? passing"],
    fetchTest,
  ),
  mutant(
    'a server without a stream taken for one that fails',
    authorizedFetch,
    [
      "request.method === 'POST' ? passingFault(server, response) : undefined",
      'passingFault(server, response)',
    ],
    fetchTest,
  ),
  mutant(
    'request re-sent after a 500',
    authorizedFetch,
    [
      'if (response.status === 401 && credential !== undefined) {',
      'if ((response.status === 401 || response.status >= 500) && credential !== undefined) {',
    ],
    fetchTest,
  ),
  mutant(
    'request re-sent after a broken connection',
    authorizedFetch,
    [
      'let response = await this.#attempt(server, request, credential);',
      'let response = await this.#attempt(server, request, credential).catch(() => this.#attempt(server, request, credential));',
    ],
    fetchTest,
  ),
  mutant(
    'a 403 taken for a 401',
    authorizedFetch,
    ['if (response.status === 401) {', 'if (response.status === 401 || response.status === 403) {'],
    fetchTest,
  ),
  mutant(
    'a 403 costs the user the token',
    authorizedFetch,
    [
      'if (response.status === 401 && credential !== undefined) {',
      'if ((response.status === 401 || response.status === 403) && credential !== undefined) {',
    ],
    fetchTest,
  ),
  mutant(
    'another account taken without a question',
    keep,
    [
      'return confirmAccountChange(server, from, to);',
      "void [confirmAccountChange, from, to];\n  return 'new';",
    ],
    signInTest,
  ),
  mutant(
    'a sign-in that timed out stored all the same',
    keep,
    ["if (hasEnded()) return 'ended';", 'void hasEnded;'],
    signInTest,
  ),
  mutant(
    'no deadline for a sign-in',
    'src/broker/signIn/deadline.ts',
    [
      'this.#timer = clock.after(milliseconds, onOver);',
      'this.#timer = clock.after(milliseconds * 1e6, onOver);',
    ],
    signInTest,
  ),
  mutant(
    'two sign-ins at one server at once',
    'src/broker/signIn/signIns.ts',
    ['if (running !== undefined) return running;', 'void running;'],
    signInTest,
  ),
  mutant(
    'a token written to a log, at refresh',
    accessTokens,
    ['token refreshed at ${', 'token ${tokens.accessToken.expose()} refreshed at ${'],
    secretsTest,
  ),
  mutant(
    'a token written to a log, at sign-in',
    keep,
    [
      'signed in at ${new URL(pending.as.issuer).host}.`',
      'signed in at ${new URL(pending.as.issuer).host}: ${JSON.stringify(received.tokens.refreshToken?.expose())}.`',
    ],
    secretsTest,
  ),
  mutant(
    'a code written to a log',
    attempt,
    [
      "this.#enter('exchangingCode');",
      "this.#enter('exchangingCode');\n      this.parts.log.debug(callback.toString());",
    ],
    secretsTest,
  ),
  mutant(
    'secrets that print themselves',
    'src/base/redacted.ts',
    ["toJSON(): string {\n    return '[redacted]';", 'toJSON(): string {\n    return this.#value;'],
    secretsTest,
  ),
  mutant(
    'what a scope lacks forgotten with a refresh',
    'src/broker/status/observations.ts',
    ['...(lacking !== undefined && { observation: lacking }) });', '});'],
    'test/broker/serverStates.test.ts',
  ),
];
