import { promise, type Mutant } from './mutant.js';

/** The rights of the relay's callers, and the questions to the user. */
export const relayPromises: readonly Mutant[] = [
  promise(
    'A caller needs its key',
    'src/relay/callers/callerAdmission.ts',
    [
      "found === undefined ? { kind: 'refused', status: 404 }",
      "found === undefined ? { kind: 'admitted', caller: { id: 'editor', kind: 'editor', name: 'Editor' } }",
    ],
    'test/relay/callerAdmission.test.ts',
  ),
  promise(
    'A name that was rebound to 127.0.0.1 is refused',
    'src/relay/callers/callerAdmission.ts',
    ['if (!isLoopbackAuthority(host, port))', 'if (false)'],
    'test/relay/callerAdmission.test.ts',
  ),
  promise(
    'A page of another origin is refused',
    'src/relay/callers/callerAdmission.ts',
    ['if (origin !== undefined && !isOwnOrigin(origin, port))', 'if (false)'],
    'test/relay/callerAdmission.test.ts',
  ),
  promise(
    'A key opens the server it was given for',
    'src/relay/relay.ts',
    ['caller.serverUrl !== undefined && caller.serverUrl !== server.url', 'false'],
    'test/relay/callerAdmission.test.ts',
  ),
  promise(
    'A session belongs to its caller',
    'src/relay/callers/callerSessions.ts',
    ['session?.caller.id !== caller.id || ', 'session === undefined || '],
    'test/relay/callerSession.test.ts',
  ),
  promise(
    'The editor never sees a server’s 401',
    'src/relay/calls/relayedRequest.ts',
    [
      "if (await this.#isListedHere(request)) return 'responded';",
      "if (outcome.kind === 'consentNeeded') {\n      request.response.writeHead(401, { 'WWW-Authenticate': 'Bearer' }).end();\n      return 'responded';\n    }\n    if (await this.#isListedHere(request)) return 'responded';",
    ],
    'test/relay/upstreamResponse.test.ts',
    'test/relay/callerSession.test.ts',
  ),
  promise(
    'An interrupted tool call is not run again',
    'src/relay/calls/upstreamResponse.ts',
    [
      "if (!isComplete) refuseWithoutResponse(inFlight, 'closed",
      "if (!isComplete) await fetch(inFlight.session.server.url, { method: 'POST', body: new Uint8Array(inFlight.body) });\n      if (!isComplete) refuseWithoutResponse(inFlight, 'closed",
    ],
    'test/relay/upstreamResponse.test.ts',
  ),
  promise(
    'A tool does not run after the user declined',
    'src/relay/calls/relayedRequest.ts',
    [
      "if (consent.kind === 'asked') return 'responded';\n    if (consent.kind === 'refused') return consent;",
      "if (consent.kind !== 'granted') return 'goOn';",
    ],
    'test/relay/consentInStream.test.ts',
  ),
  promise(
    'A cancelled call ends',
    'src/relay/mcpEndpoint.ts',
    ["if (message.method === 'notifications/cancelled') session.cancel(message.params['requestId']);", ''],
    'test/relay/consentInStream.test.ts',
  ),
  promise(
    'The checked request is the one that is sent',
    'src/mcp/clientMessage.ts',
    ['if (duplicate !== undefined) {', 'if (false) {'],
    'test/mcp/clientMessage.test.ts',
  ),
  promise(
    'A call of a blocked tool is not sent',
    'src/relay/calls/relayedRequest.ts',
    ['if (await isSettled(request, this.#beforeSending)) return;', ''],
    'test/relay/toolRules.test.ts',
  ),
  promise(
    'A call waits for the answer if the rule is to ask',
    'src/relay/calls/toolGate.ts',
    ["if (verdict !== 'allowed')", 'if (false)'],
    'test/relay/toolRules.test.ts',
  ),
  promise(
    'An unreadable rule asks',
    'src/broker/tools/toolRules.ts',
    ["rules.set(tool, rule ?? 'ask')", "rules.set(tool, rule ?? 'allow')"],
    'test/broker/toolRules.test.ts',
  ),
  promise(
    'A consent belongs to the caller that asked',
    'src/relay/callers/consentRounds.ts',
    ['asked?.callerId !== callerId ||', 'asked === undefined ||'],
    'test/relay/consentRounds.test.ts',
  ),
  promise(
    'A revoked key ends its caller’s calls',
    'src/relay/mcpEndpoint.ts',
    ['[...sessions, ...this.parts.stateless.running(callerId)]', 'sessions'],
    'test/relay/subscriptions.test.ts',
  ),
  promise(
    'The record of calls holds no token',
    'src/relay/callers/callRecorder.ts',
    ['withoutSecrets(text, secrets)', 'withoutSecrets(text, secrets.slice(0, 0))'],
    'test/relay/recordedCalls.test.ts',
  ),
  promise(
    'A log holds no token',
    'src/broker/tokens/accessTokens.ts',
    ['token refreshed at ${', 'token ${tokens.accessToken.expose()} refreshed at ${'],
    'test/relay/secretsStayInside.test.ts',
  ),
  promise(
    'An organization’s policy decides which servers are used',
    'src/broker/settings/serverPolicy.ts',
    ['Array.isArray(policy.allowed) && !isListed(server, policy.allowed)', 'false'],
    'test/broker/serverPolicy.test.ts',
  ),
];
