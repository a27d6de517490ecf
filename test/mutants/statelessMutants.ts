import { mutant, type Mutant } from './mutant.js';

const rounds = 'src/relay/callers/consentRounds.ts';
const requests = 'src/relay/statelessRequests.ts';
const revision = 'src/mcp/statelessRevision.ts';

const relayTest = 'test/relay/statelessRevision.test.ts';
const roundsTest = 'test/relay/consentRounds.test.ts';
const messageTest = 'test/mcp/statelessRevision.test.ts';
const subscriptionsTest = 'test/relay/subscriptions.test.ts';

/** Defects of the revision without sessions (MCP 2026-07-28). */
export const statelessMutants: readonly Mutant[] = [
  mutant(
    'another caller goes on with a consent',
    rounds,
    ['asked?.callerId !== callerId ||', 'asked === undefined ||'],
    roundsTest,
  ),
  mutant('a consent is gone on with twice', rounds, ['    this.#asked.delete(id);\n', ''], roundsTest),
  mutant(
    'revision header unchecked',
    requests,
    ["if (incoming.headers['mcp-protocol-version'] !== revision) {", 'if (false) {'],
    relayTest,
  ),
  mutant(
    'a revision nobody here speaks is relayed',
    requests,
    ['if (revision !== statelessRevision) {', 'if (false) {'],
    relayTest,
  ),
  mutant(
    'a server without sessions is told what the caller could be asked',
    revision,
    [
      "[key('clientCapabilities')]: {},",
      "[key('clientCapabilities')]: initialize.params?.['capabilities'] ?? {},",
    ],
    messageTest,
  ),
  mutant(
    'an encoded Mcp-Name compared as it came',
    'src/mcp/clientMessage.ts',
    ['decodeHeaderValue(name) !== named', 'name !== named'],
    messageTest,
  ),
  mutant(
    'a subscription that goes on as the account of before',
    'src/relay/upstream/upstreamListener.ts',
    ['      if (isOther) changed.abort();\n', ''],
    subscriptionsTest,
  ),
  mutant(
    'a subscription that outlives the key of its caller',
    'src/relay/mcpEndpoint.ts',
    ['[...sessions, ...this.parts.stateless.running(callerId)]', 'sessions'],
    subscriptionsTest,
  ),
  mutant(
    'an agent with some tools that hears of resources',
    'src/relay/subscriptions.ts',
    [
      'if (caller.agent?.access.tools === undefined) return filter;',
      'if (caller.kind !== undefined) return filter;',
    ],
    subscriptionsTest,
  ),
];
