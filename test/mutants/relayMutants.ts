import { mutant, type Mutant } from './mutant.js';

const admission = 'src/relay/callers/callerAdmission.ts';
const endpoint = 'src/relay/mcpEndpoint.ts';
const run = 'src/relay/calls/relayedRequest.ts';
const consent = 'src/relay/calls/consentInStream.ts';
const answer = 'src/relay/calls/upstreamResponse.ts';
const userWait = 'src/relay/calls/userWait.ts';

const admissionTest = 'test/relay/callerAdmission.test.ts';
const sessionTest = 'test/relay/callerSession.test.ts';
const answerTest = 'test/relay/upstreamAnswer.test.ts';
const consentTest = 'test/relay/consentInStream.test.ts';
const withoutChatTest = 'test/relay/callWithoutChat.test.ts';
const launchTest = 'test/relay/launchPages.test.ts';
const messageTest = 'test/mcp/clientMessage.test.ts';

const refused404 = "return { kind: 'refused', status: 404 };";
const admitted = "return { kind: 'admitted', caller: { id: 'editor', kind: 'editor', name: 'Editor' } };";

/** Defects of the loopback side. */
export const relayMutants: readonly Mutant[] = [
  mutant(
    'relay without key check: another key',
    admission,
    [
      "found === undefined ? { kind: 'refused', status: 404 }",
      "found === undefined ? { kind: 'admitted', caller: { id: 'editor', kind: 'editor', name: 'Editor' } }",
    ],
    admissionTest,
  ),
  mutant(
    'relay without key check: no key',
    admission,
    [`if (key === undefined) ${refused404}`, `if (key === undefined) ${admitted}`],
    admissionTest,
  ),
  mutant(
    'Origin unchecked',
    admission,
    ['if (origin !== undefined && !isOwnOrigin(origin, port))', 'if (false)'],
    admissionTest,
  ),
  mutant(
    'the server is named as it calls itself once somebody is signed in',
    endpoint,
    ['{ ...result.serverInfo, ...named }', 'result.serverInfo'],
    'test/relay/signedOutLists.test.ts',
  ),
  mutant('Host unchecked', admission, ['if (!isLoopbackAuthority(host, port))', 'if (false)'], admissionTest),
  mutant(
    'Host of the callback unchecked',
    'src/relay/relay.ts',
    ['if (!isLoopbackAuthority(request.headers.host, port)) {', 'if (false) {'],
    launchTest,
  ),
  mutant(
    'a key for one server opens all',
    'src/relay/relay.ts',
    ['caller.serverUrl !== undefined && caller.serverUrl !== server.url', 'false'],
    admissionTest,
  ),
  mutant(
    'a session of another caller served',
    'src/relay/callers/callerSessions.ts',
    ['session?.caller.id !== caller.id || ', 'session === undefined || '],
    sessionTest,
  ),
  mutant(
    'upstream 401 passed to the caller',
    run,
    [
      'if (await this.#answerAlone(held)) return;',
      `if (outcome.kind === 'consentNeeded') {
        held.response.writeHead(401, { 'WWW-Authenticate': 'Bearer' }).end();
        return;
      }
      if (await this.#answerAlone(held)) return;`,
    ],
    answerTest,
    sessionTest,
  ),
  mutant(
    'upstream 403 passed to the caller',
    run,
    [
      'if (await this.#answerAlone(held)) return;',
      `if (outcome.kind === 'denied') {
        held.response.writeHead(403).end();
        return;
      }
      if (await this.#answerAlone(held)) return;`,
    ],
    answerTest,
  ),
  mutant(
    'upstream 401 passed to the caller at initialize',
    endpoint,
    [
      'const outcome = await this.parts.upstreams.attach(session, false);',
      `const outcome = await this.parts.upstreams.attach(session, false);
    if (outcome.kind === 'consentNeeded') {
      response.writeHead(401, { 'WWW-Authenticate': 'Bearer' }).end();
      return;
    }`,
    ],
    answerTest,
  ),
  mutant(
    'a list asks for consent',
    run,
    ['if (await this.#answerAlone(held)) return;', ''],
    sessionTest,
    answerTest,
  ),
  mutant(
    'a tool call run again after it broke off',
    answer,
    [
      "if (!answered) refuseUnanswered(held, 'ended",
      "if (!answered) await fetch(held.session.server.url, { method: 'POST', body: new Uint8Array(held.body) });\n      if (!answered) refuseUnanswered(held, 'ended",
    ],
    answerTest,
  ),
  mutant(
    'a call left without an answer where the stream ended without one',
    answer,
    [
      "if (!answered) refuseUnanswered(held, 'ended",
      "if (!answered) held.stream().end();\n      else if (!answered) refuseUnanswered(held, 'ended",
    ],
    answerTest,
  ),
  mutant(
    'an upstream that only shows that it lives waited for without end',
    'src/relay/callers/inFlightRequest.ts',
    ['this.clock.after(minutes * 60_000,', 'this.clock.after(minutes * 60_000_000,'],
    answerTest,
  ),
  mutant(
    'an answer resumed without a pause',
    'src/relay/calls/responseStream.ts',
    ['const shortestPause = 1_000;', 'const shortestPause = 0;'],
    answerTest,
  ),
  mutant(
    'an answer resumed without end',
    'src/relay/calls/responseStream.ts',
    ["if (message.method === 'notifications/progress') {", '{'],
    answerTest,
  ),
  mutant(
    'a stream of HTTP+SSE that outlives its session',
    'src/relay/upstream/upstreamSessions.ts',
    ["session.upstreamLeft.addEventListener('abort', leave, { once: true });", ''],
    'test/relay/httpSseTransport.test.ts',
  ),
  mutant(
    'a long document taken for the answer unread',
    answer,
    ['if (!scan.isAnswer) throw new NoAnswerError();', 'void NoAnswerError;'],
    answerTest,
  ),
  mutant(
    'half a document taken for a message',
    'src/relay/callers/eventStream.ts',
    ["'\\nevent: incomplete\\n\\n'", "'\\n\\n'"],
    answerTest,
  ),
  mutant(
    'no sign of life on a stream',
    'src/relay/callers/eventStream.ts',
    ["void this.#write(':\\n\\n');", ''],
    'test/relay/serverStream.test.ts',
    consentTest,
  ),
  mutant(
    'no identity line',
    answer,
    ['held.progress(identityLine(tool, account, held.session.t))', 'void identityLine'],
    answerTest,
  ),
  mutant(
    'a call that waits for consent without end',
    consent,
    ['deadline: consentDeadline,', 'deadline: 1_000 * consentDeadline,'],
    consentTest,
  ),
  mutant(
    'a user told everything in English',
    'src/relay/mcpEndpoint.ts',
    ['this.parts.translate', 'undefined'],
    'test/relay/translatedConsent.test.ts',
  ),
  mutant(
    'no word that the call goes out again',
    run,
    ['held.progress(againLine(held.tool, t))', 'void againLine'],
    consentTest,
  ),
  mutant(
    'held scopes shown as added',
    'src/broker/signIn/consentPrompt.ts',
    ["kind === 'stepUp' ? (before?.tokens.scopes ?? []) : []", '[]'],
    consentTest,
  ),
  mutant(
    'a card for every waiting call',
    consent,
    ['if (shower !== undefined && !shower.ended.aborted) {', 'if (false) {'],
    consentTest,
  ),
  mutant(
    'a call without a chat held as long as one of the chat',
    userWait,
    ['if (held.wantsProgress) return', 'if (now > 0) return'],
    withoutChatTest,
  ),
  mutant(
    'a call without a chat given its time anew at each question',
    userWait,
    ['held.arrivedAt + patienceWithoutProgress - now', 'patienceWithoutProgress'],
    withoutChatTest,
  ),
  mutant(
    'a card that outlived its call declines what another call waits for',
    consent,
    ['const isItsCard = this.#cards.get(attempt) === held;', 'const isItsCard = true;'],
    withoutChatTest,
  ),
  mutant(
    'a sign-in without a card when the call that showed it gave up',
    consent,
    [
      "shower.ended.addEventListener('abort', showInstead,",
      "shower.signal.addEventListener('abort', showInstead,",
    ],
    withoutChatTest,
  ),
  mutant(
    'the tool run though the user declined',
    run,
    ["if (consent.kind === 'refused') {", 'if (false) {'],
    consentTest,
  ),
  mutant(
    'less granted than asked taken for all',
    consent,
    ['return lacking.length === 0', 'return true'],
    consentTest,
  ),
  mutant(
    'a cancelled call that waits on',
    endpoint,
    ["if (message.method === 'notifications/cancelled') session.cancel(message.params['requestId']);", ''],
    consentTest,
  ),
  mutant(
    'a key twice in one object accepted',
    'src/mcp/strictJson.ts',
    ['if (duplicate !== undefined) {', 'if (false) {'],
    messageTest,
  ),
  mutant(
    'a batch accepted',
    'src/mcp/clientMessage.ts',
    ['if (Array.isArray(value)) {', 'if (false) {'],
    messageTest,
  ),
  mutant(
    'bytes that are no UTF-8 accepted',
    'src/mcp/clientMessage.ts',
    [
      "new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body)",
      "new TextDecoder('utf-8').decode(body)",
    ],
    messageTest,
  ),
  mutant(
    'a body of any size held',
    'src/relay/callers/requestBody.ts',
    ['if (size > requestBodyLimit) {', 'if (false) {'],
    sessionTest,
  ),
  mutant(
    'headers that disagree with the body accepted',
    endpoint,
    ['if (disagreement !== undefined) {', 'if (false) {'],
    sessionTest,
  ),
  mutant(
    'a launch page that runs its sign-in again',
    'src/loopback/launchPages.ts',
    ['if (page.pass === undefined) return', 'if (page.ending === undefined) return'],
    launchTest,
  ),
  mutant(
    'a launch page that leads any browser on again',
    'src/loopback/launchPages.ts',
    [
      'if (shown === undefined) followOther(response);',
      'if (shown === undefined) end(response, page.ending!);',
    ],
    launchTest,
  ),
  mutant(
    'a launch page that leads its browser on for ever',
    'src/loopback/launchPages.ts',
    ['this.#forgetAfter(id, repeatable * 1000)', 'this.#forgetAfter(id, repeatable * 1e9)'],
    launchTest,
  ),
  mutant(
    'a launch page used up by a browser that only looks ahead',
    'src/loopback/launchPages.ts',
    ['if (isSpeculative(request)) {', "if (request.method !== 'GET') {"],
    launchTest,
  ),
  mutant(
    'a launch page’s address in its cookie',
    'src/loopback/launchPages.ts',
    ["createHash('sha256').update(id).digest('hex').slice(0, 16)", 'id'],
    launchTest,
  ),
  mutant(
    'a launch page without end',
    'src/loopback/launchPages.ts',
    ['expiry: this.#forgetAfter(id, lifetime)', 'expiry: this.#forgetAfter(id, 1e9)'],
    launchTest,
  ),
  mutant(
    'another program’s card at the editor’s outside address',
    'src/relay/calls/consentCard.ts',
    ["return kind === 'editor' || kind === 'agentHost';", 'return true || kind;'],
    'test/relay/cardBrowser.test.ts',
  ),
  mutant(
    'messages of the HTTP+SSE transport posted to another origin',
    'src/relay/httpSse/httpSseSession.ts',
    ['if (endpoint?.origin !== new URL(url).origin) {', 'if (endpoint === undefined) {'],
    'test/relay/httpSseTransport.test.ts',
  ),
  mutant(
    'answers of the HTTP+SSE transport given to the oldest call',
    'src/relay/httpSse/httpSseSession.ts',
    ['this.#waiting.get(id);', '[...this.#waiting.values()][0];'],
    'test/relay/httpSseTransport.test.ts',
  ),
  mutant(
    'the relay’s key written to a log',
    'src/relay/relay.ts',
    [
      'this.#keys.set(id, key);',
      'this.#keys.set(id, key);\n    this.parts.log.debug(`key of ${id}: ${key.expose()}`);',
    ],
    'test/relay/secretsStayInside.test.ts',
  ),
  mutant(
    'a stream written to whether it is read or not',
    'src/relay/httpSse/messageSink.ts',
    ['(this.#controller.desiredSize ?? 0) <= 0', '(this.#controller.desiredSize ?? 0) === undefined'],
    'test/relay/messageSink.test.ts',
  ),
  mutant(
    'icons drawn for what a server wrote',
    'src/editor/adapters/notifications.ts',
    [".replaceAll('$(', '$ (')", ''],
    'test/editor/plainTexts.test.ts',
  ),
];
