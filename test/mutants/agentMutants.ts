import { mutant, type Mutant } from './mutant.js';

const admissions = 'src/broker/agents/agentAdmissions.ts';
const record = 'src/broker/agents/agentAdmission.ts';
const consents = 'src/broker/agents/agentConsents.ts';
const narrowed = 'src/broker/tokens/narrowedTokens.ts';
const entrance = 'src/relay/agents/agentEndpoint.ts';
const limits = 'src/relay/callers/agentLimits.ts';
const port = 'src/relay/agents/agentsPort.ts';
const holder = 'src/relay/agents/portHolder.ts';
const proof = 'src/relay/agents/portHolder.ts';
const methods = 'src/relay/calls/agentPolicy.ts';
const run = 'src/relay/calls/relayedRequest.ts';

const admissionsTest = 'test/broker/agentAdmissions.test.ts';
const consentTest = 'test/relay/agentConsent.test.ts';
const entranceTest = 'test/relay/agentEndpoint.test.ts';
const seal = 'src/relay/callers/sessionSeal.ts';
const sessions = 'src/relay/callers/callerSessions.ts';
const keep = 'src/broker/signIn/storeCredential.ts';
const ownTest = 'test/relay/agentOwnSignIn.test.ts';
const sessionTest = 'test/relay/agentSession.test.ts';
const portTest = 'test/relay/agentsPort.test.ts';

/** Defects of what is promised of agents. */
export const agentMutants: readonly Mutant[] = [
  mutant(
    'agent: a token that cannot be narrowed is sent whole',
    narrowed,
    [
      'if (own === undefined || !isOwnOf(own, whole)) return undefined;',
      'if (own === undefined || !isOwnOf(own, whole)) return whole;',
    ],
    ownTest,
  ),
  mutant(
    'agent: its own sign-in may be another user’s',
    keep,
    ['return isOwnOf(next, user) ? undefined : declined(next, user);', 'return undefined;'],
    ownTest,
  ),
  mutant(
    'agent: a sign-in is kept for one that was withdrawn meanwhile',
    keep,
    ['(await intended.isAdmitted?.()) === false', 'false'],
    ownTest,
  ),
  mutant(
    'agent: a wider token when its narrow one ends',
    narrowed,
    [
      'return narrow === undefined || isBelow(narrow, ceiling) ? narrow : this.#own(server, narrow, caller);',
      'return narrow;',
    ],
    ownTest,
  ),
  mutant(
    'agent: its own sign-in outlives the user’s sign-out',
    'src/broker/signIn/signOut.ts',
    ['await this.#endAgents(server, credential);', ''],
    ownTest,
  ),
  mutant(
    'agent: its own sign-in outlives its admission',
    'src/broker/signIn/signOut.ts',
    ["while ((await this.signOut(place)).kind !== 'notSignedIn');", ''],
    ownTest,
  ),
  mutant(
    'agent: a session ends with its window',
    sessions,
    ['this.#sessions.get(id) ?? this.#resume(server, caller, id)', 'this.#sessions.get(id)'],
    sessionTest,
  ),
  mutant(
    'agent: a session from another window is anybody’s',
    seal,
    [
      'Buffer.from(JSON.stringify([purpose, callerId, serverUrl]))',
      'Buffer.from(JSON.stringify([purpose, serverUrl, callerId.length]))',
    ],
    sessionTest,
  ),
  mutant(
    'agent: the place of an answer counts at every server',
    seal,
    [
      'Buffer.from(JSON.stringify([purpose, callerId, serverUrl]))',
      'Buffer.from(JSON.stringify([purpose, callerId]))',
    ],
    sessionTest,
  ),
  mutant(
    'agent: a call whose window has gone is never answered',
    'src/relay/callers/inFlightRequest.ts',
    ['if (owed === undefined) return undefined;', 'return undefined;'],
    sessionTest,
  ),
  mutant(
    'agent: an upstream’s event id takes the place of the answer’s own',
    'src/relay/callers/eventStream.ts',
    ['if (event.id !== undefined && this.place === undefined)', 'if (event.id !== undefined)'],
    sessionTest,
  ),
  mutant(
    'agent: a session that was ended is taken up again',
    sessions,
    ['if (this.#over.has(endOf(id))) return undefined;', ''],
    sessionTest,
  ),
  mutant(
    'agent: any key is taken for the last one made',
    admissions,
    ['if (isIts) found = admission;', 'found = admission;'],
    admissionsTest,
    entranceTest,
  ),
  mutant(
    'agent: the key itself is stored',
    admissions,
    [
      'stored: { admission: { ...admission, keyId }, salt, digest }',
      'stored: { admission: { ...admission, keyId }, salt, digest, key }',
    ],
    admissionsTest,
  ),
  mutant(
    'agent: admitted past its time',
    admissions,
    [
      'return found !== undefined && isCurrent(found, this.clock.now()) ? found : undefined;',
      'return found;',
    ],
    admissionsTest,
  ),
  mutant(
    'agent: an end that cannot be read is none',
    record,
    [
      '...(expiresAt !== undefined && { expiresAt: Number(expiresAt) }),',
      "...(typeof expiresAt === 'number' && { expiresAt }),",
    ],
    admissionsTest,
  ),
  mutant(
    'agent: what another window withdrew still counts here',
    admissions,
    [
      'if ((await this.records.generation(recordName)) === this.#known?.generation) return this.#known;',
      'if (this.#known !== undefined) return this.#known;',
    ],
    admissionsTest,
    entranceTest,
  ),
  mutant(
    'agent: two windows overwrite each other',
    admissions,
    ['await this.lock.hold(recordName, async () => {', 'await (async () => {'],
    admissionsTest,
  ),
  mutant('agent: Host unchecked', entrance, ['!isLoopbackAuthority(host, port) || ', ''], entranceTest),
  mutant('agent: Origin unchecked', entrance, [' || origin !== undefined', ''], entranceTest),
  mutant(
    'agent: a query beside the key',
    entrance,
    ["(request.url ?? '').split('/')", "(request.url ?? '').replace(/\\?.*/, '').split('/')"],
    entranceTest,
  ),
  mutant(
    'agent: a server that is not admitted',
    entrance,
    ['agent.servers.find(({ url }) => url === present?.url)', 'agent.servers[0]'],
    entranceTest,
  ),
  mutant(
    'agent: a tool that is not admitted',
    methods,
    ['isOwn || tools.includes(tool)', 'isOwn || tool.length > 0'],
    consentTest,
    entranceTest,
  ),
  mutant(
    'agent: a scope past the admission is asked for',
    consents,
    ['if (beyond.length > 0 && ', 'if (false && '],
    consentTest,
  ),
  mutant(
    'agent: another account than the admitted one',
    'src/relay/upstream/upstreamRequest.ts',
    ['...(account !== undefined && { account }),', ''],
    consentTest,
  ),
  mutant(
    'agent: a token with all that was granted',
    'src/relay/upstream/upstreamRequest.ts',
    ['scopeCeiling: scopes, agent: agent.id', 'agent: agent.id'],
    consentTest,
  ),
  mutant(
    'agent: of nothing admitted, everything',
    narrowed,
    ['if (scopes.length === 0) return undefined;', 'if (scopes.length === 0) return whole;'],
    consentTest,
  ),
  mutant(
    'agent: the user is left with the narrow refresh token spent',
    narrowed,
    ['if ((await keepRefreshed(this.credentials, latest, rotated)) === undefined) return undefined;', ''],
    consentTest,
  ),
  mutant(
    'agent: each call narrows anew',
    narrowed,
    ['this.#narrowed.set(key, { credential: narrow });', ''],
    consentTest,
  ),
  mutant(
    'agent: what the user holds is given up for what an agent asks',
    consents,
    ['[...new Set([...held, ...wanted])]', '[...wanted]'],
    consentTest,
  ),
  mutant(
    'agent: held waiting for the user',
    run,
    ['if (session.caller.agent !== undefined) {', "if (session.caller.agent?.name === '') {"],
    consentTest,
  ),
  mutant('agent: asked again at each call', consents, ['if (isNew) {', 'if (true) {'], consentTest),
  mutant(
    'agent: asked again although the user declined',
    consents,
    ["if ((this.#declined.get(id) ?? 0) > this.clock.now()) return { kind: 'declined' };", ''],
    consentTest,
  ),
  mutant(
    'agent: streams of one that was withdrawn stay open',
    entrance,
    ['if (callers.has(id)) continue;', 'if (this.#inside.has(id)) continue;'],
    entranceTest,
  ),
  mutant(
    'agent: a session outlives its key',
    entrance,
    ['return `agent ${id} ${keyId}`;', 'return `agent ${id} ${keyId.slice(0, 0)}`;'],
    entranceTest,
  ),
  mutant(
    'agent: sends as much as it likes',
    limits,
    ['if (bucket.left < 1) return', 'if (bucket.left < -1e9) return'],
    entranceTest,
  ),
  mutant(
    'agent: as many calls at once as it likes',
    limits,
    ['if (bucket.running >= this.settings().concurrentRequests) return undefined;', ''],
    entranceTest,
  ),
  mutant(
    'agent: a slow body waited for',
    entrance,
    ['if (!request.complete) request.destroy();', ''],
    entranceTest,
  ),
  mutant(
    'agent: idle connections unbounded',
    'src/loopback/httpListener.ts',
    [
      'if (idle.size > most && oldest !== undefined) {',
      'if (idle.size > most * 1_000 && oldest !== undefined) {',
    ],
    'test/relay/idleConnections.test.ts',
  ),
  mutant(
    'agents’ port: listened on for nobody',
    port,
    ['if (isAdmitted) await this.#hold', 'if (true) await this.#hold'],
    portTest,
  ),
  mutant(
    'agents’ port: whoever holds it is believed',
    holder,
    ["isDirect && isProof(proof, 'holder', secret, { port, nonce, peer })", 'proof !== undefined'],
    portTest,
  ),
  mutant(
    'agents’ port: a proof for every port',
    proof,
    ['`${side} ${port} ${String(nonce)}', '`${side} ${String(nonce)}'],
    portTest,
  ),
  mutant(
    'agents’ port: one side’s proof is the other’s',
    proof,
    ['`${side} ${port} ${String(nonce)}', '`${port} ${String(nonce)}'],
    portTest,
  ),
  mutant(
    'agents’ port: a forwarded one taken for this machine’s',
    holder,
    ['if (isDirect && isProof(', 'if (isProof('],
    portTest,
  ),
  mutant('agents’ port: a proof that a tunnel can pass on', proof, [' ${String(peer)}`', '`'], portTest),
  mutant(
    'agents’ port: shown to whoever asks that this is a window',
    holder,
    ["if (!isProof(proof, 'asker', secret, { port, nonce }) || ", 'if ('],
    entranceTest,
  ),
  mutant(
    'agents’ port: nobody takes over',
    port,
    ['void this.#hold(port)\n        .catch(() => undefined)\n        .then(() => this.look());', ''],
    portTest,
  ),
];
