import { promise, type Mutant } from './mutant.js';

/** The rights of agents and other clients. */
export const agentPromises: readonly Mutant[] = [
  promise(
    'An agent needs its own key',
    'src/broker/agents/agentAdmissions.ts',
    ['if (isIts) found = admission;', 'found = admission;'],
    'test/broker/agentAdmissions.test.ts',
    'test/relay/agentEndpoint.test.ts',
  ),
  promise(
    'An agent calls the tools it was admitted to',
    'src/relay/agents/agentPolicy.ts',
    ['callsSignIn || tools.includes(tool)', 'callsSignIn || tool.length > 0'],
    'test/relay/agentConsent.test.ts',
    'test/relay/agentEndpoint.test.ts',
  ),
  promise(
    'An agent gets the scopes it was admitted to',
    'src/broker/agents/agentConsents.ts',
    ['if (beyond.length > 0 && ', 'if (false && '],
    'test/relay/agentConsent.test.ts',
  ),
  promise(
    'An agent uses the account it was admitted with',
    'src/relay/upstream/upstreamSender.ts',
    ['      account,\n', ''],
    'test/relay/agentConsent.test.ts',
  ),
  promise(
    'A withdrawn agent’s session ends',
    'src/relay/agents/agentEndpoint.ts',
    ['return `agent ${id} ${keyId}`;', 'return `agent ${id} ${keyId.slice(0, 0)}`;'],
    'test/relay/agentEndpoint.test.ts',
  ),
  promise(
    'An approval is for one agent',
    'src/broker/agents/agentToolAnswers.ts',
    ['one.agentId === other.agentId &&', ''],
    'test/relay/agentTools.test.ts',
  ),
  promise(
    'A program that took over the agents’ port is not trusted',
    'src/relay/agents/portHolder.ts',
    ["isDirect && isProof(proof, 'holder', secret, { port, nonce, peer })", 'proof !== undefined'],
    'test/relay/agentsPort.test.ts',
  ),
  promise(
    'Sessions outside the editor have a separate key',
    'src/relay/relay.ts',
    [
      'this.#key(agentHostCaller.id, () => this.#admission.issueKey(agentHostCaller))',
      'this.#key(editorCaller.id, () => this.#admission.issueKey(editorCaller))',
    ],
    'test/relay/sessionBridge.test.ts',
  ),
  promise(
    'The file with a session’s key is readable by its user alone',
    'src/node/files/atomicFile.ts',
    ['{ mode = 0o600,', '{ mode = 0o644,'],
    'test/node/bridgeFiles.test.ts',
  ),
  promise(
    'A client’s key is sent to no proxy',
    'src/headless/bridge/bridgeCommand.ts',
    ['  passByProxies(process.env);\n', ''],
    'test/relay/stdioBridge.test.ts',
  ),
  promise(
    'A disconnected client’s key stops working',
    'src/broker/agents/clientConnections.ts',
    ['await withdraw({ id: agentId, servers });', ''],
    'test/node/clientConnections.test.ts',
  ),
  promise(
    'An agent limited to some tools gets messages about tools only',
    'src/relay/announcements.ts',
    ['if (!seesSomeTools(caller)) return filter;', 'if (caller.kind !== undefined) return filter;'],
    'test/relay/subscriptions.test.ts',
  ),
];
