import { mutant, type Mutant } from './mutant.js';

const files = 'src/node/clients/bridgeFiles.ts';
const own = 'src/node/windows/windowAddressFile.ts';
const read = 'src/node/windows/windowAddresses.ts';
const bridge = 'src/headless/bridge/stdioBridge.ts';
const session = 'src/headless/bridge/bridgeSession.ts';
const card = 'src/relay/calls/consentCard.ts';

const bridgeTest = 'test/relay/sessionBridge.test.ts';
const placesTest = 'test/headless/windowPlaces.test.ts';
const filesTest = 'test/node/bridgeFiles.test.ts';

/** Defects of what is promised of the sessions that the editor runs outside of itself. */
export const agentHostMutants: readonly Mutant[] = [
  mutant(
    'agent host: the provided command changes with the window',
    files,
    ["env: { ELECTRON_RUN_AS_NODE: '1' },", "env: { ELECTRON_RUN_AS_NODE: '1', NOW: crypto.randomUUID() },"],
    filesTest,
  ),
  mutant(
    'agent host: others can read the file with the key',
    own,
    ["{ mode: 0o600, flag: 'wx' }", "{ mode: 0o644, flag: 'wx' }"],
    filesTest,
  ),
  mutant(
    'agent host: a file that others can read is used',
    read,
    ["if (isExposedMode(mode, uid)) return 'exposed';", ''],
    placesTest,
  ),
  mutant(
    'agent host: a link in the place of a file is followed',
    read,
    ['constants.O_RDONLY | noLinks', 'constants.O_RDONLY'],
    placesTest,
  ),
  mutant(
    'agent host: the key is sent to another machine',
    read,
    ['/^http:\\/\\/127\\.0\\.0\\.1:\\d+$/', '/^http:\\/\\/.+:\\d+/'],
    placesTest,
  ),
  mutant(
    'agent host: the file outlives its window',
    own,
    ['rmSync(this.#path(name), { force: true });', ''],
    filesTest,
  ),
  mutant(
    'agent host: its sessions have the editor’s own key',
    'src/relay/relay.ts',
    [
      'this.#key(agentHostCaller.id, () => this.#admission.issueKey(agentHostCaller))',
      'this.#key(editorCaller.id, () => this.#admission.issueKey(editorCaller))',
    ],
    bridgeTest,
  ),
  mutant(
    'agent host: its client answers for the user where a rule asks',
    'src/relay/calls/toolGate.ts',
    ['session.caller.id === editorCaller.id && ', "session.caller.kind !== 'extension' && "],
    'test/relay/toolRules.test.ts',
  ),
  mutant(
    'agent host: a refusal of the client counts as the user’s',
    card,
    ["return session.caller.kind === 'agentHost' && isTooSoon ? 'nobodyAsked' : false;", 'return false;'],
    'test/headless/stdioBridge.test.ts',
  ),
  mutant(
    'agent host: nothing outside the session tells of a card that nothing was drawn of',
    'src/relay/calls/consentInStream.ts',
    ["if (session.caller.kind !== 'agentHost') return card;", 'return card;'],
    bridgeTest,
  ),
  mutant(
    'agent host: the editor asks again after the card was answered',
    'src/relay/calls/consentCard.ts',
    ['card.finally(() => answered.abort())', 'card'],
    bridgeTest,
  ),
  mutant(
    'agent host: a call that waits for the user sends no progress',
    'src/relay/calls/userWait.ts',
    ['      this.held.progressAgain();\n', ''],
    bridgeTest,
  ),
  mutant(
    'agent host: a call is sent though it was cancelled while it waited for a window',
    bridge,
    ['return isJSONRPCRequest(message) && !this.#wanted.has(message.id);', 'return false;'],
    bridgeTest,
  ),
  mutant(
    'agent host: what ran in a window that closed gets no response',
    session,
    ['void this.parts.stdio.send(errorMessage(id, serverErrorCode, brokeOff));', ''],
    bridgeTest,
  ),
];
