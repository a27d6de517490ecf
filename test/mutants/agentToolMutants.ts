import { mutant, type Mutant } from './mutant.js';

const methods = 'src/relay/agentMethods.ts';
const listed = 'src/relay/admittedTools.ts';
const gate = 'src/relay/toolGate.ts';
const answers = 'src/broker/agents/agentToolAnswers.ts';
const tokens = 'src/broker/tokens/accessTokens.ts';

const toolsTest = 'test/relay/agentTools.test.ts';
const loadTest = 'test/relay/agentLoad.test.ts';
const windowsTest = 'test/broker/agentAsksOfWindows.test.ts';
const bridgeTest = 'test/node/bridgeFiles.test.ts';

/** Defects of what agents may call, and of what happens when they all do. */
export const agentToolMutants: readonly Mutant[] = [
  mutant(
    'agent: listed tools that it was not admitted to',
    listed,
    ['admitted.some((tool) => tool === name)', 'admitted.length > 0 || name === undefined'],
    toolsTest,
  ),
  mutant(
    'agent: listed them while nobody is signed in',
    'src/relay/signedOutSession.ts',
    ['admittedTools(session.caller, known ?? [])', 'known ?? []'],
    toolsTest,
  ),
  mutant(
    'agent: resources and prompts for one that was admitted to some tools',
    methods,
    [
      'if (/^(?:tools|tasks)\\//.test(method) || aroundTools.has(method)) return undefined;',
      'if (method.length > 0) return undefined;',
    ],
    toolsTest,
  ),
  mutant(
    'agent: held until the person answers a rule’s question',
    gate,
    ['if (caller.agent !== undefined)', "if (caller.agent?.name === '')"],
    toolsTest,
  ),
  mutant(
    'agent: a yes lets every later call through',
    answers,
    ["if (answer.kind === 'allowed') this.#answers.delete(id);", ''],
    toolsTest,
  ),
  mutant(
    'agent: a yes counts for ever',
    answers,
    ['if (answer !== undefined && this.clock.now() < answer.until) {', 'if (answer !== undefined) {'],
    toolsTest,
  ),
  mutant(
    'agent: a yes to one agent is one to all',
    answers,
    ['JSON.stringify([agent.id, server.url, tool])', 'JSON.stringify([server.url, tool])'],
    toolsTest,
  ),
  mutant(
    'agent: a yes that comes too late, or to one that is gone',
    answers,
    ['if (this.#answers.get(id) !== open) return;', ''],
    toolsTest,
  ),
  mutant(
    'agent: the key of one that was withdrawn stays on disk',
    'src/node/bridgeFiles.ts',
    ['await Promise.all(files.map((name) => rm(path.join(this.#directory, name), { force: true })));', ''],
    bridgeTest,
  ),
  mutant(
    'agent: what it waits for shown in one window only',
    'src/broker/agents/agentConsents.ts',
    ['this.#elsewhere = open;', 'this.#elsewhere = [];'],
    windowsTest,
  ),
  mutant(
    'agent: declined in another window and asked all the same',
    'src/broker/agents/agentConsents.ts',
    [
      'if (isDeclined(ask, declined)) this.decline(ask.id);',
      'if (isDeclined(ask, [])) this.decline(ask.id);',
    ],
    windowsTest,
  ),
  {
    name: 'agents: each caller refreshes for itself',
    edits: [
      { file: tokens, find: 'if (running !== undefined) return running;', replace: '' },
      {
        file: tokens,
        find: 'if (latest === undefined || !isSameToken(latest, stale)) return latest;',
        replace: 'if (latest === undefined) return latest;',
      },
    ],
    tests: [loadTest],
  },
];
