import { mutant, type Mutant } from './mutant.js';

const methods = 'src/relay/calls/agentPolicy.ts';
const listed = 'src/relay/calls/toolLists.ts';
const gate = 'src/relay/calls/toolGate.ts';
const answers = 'src/broker/agents/agentToolAnswers.ts';
const questions = 'src/broker/agents/agentToolApprovals.ts';
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
    'src/relay/calls/toolLists.ts',
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
    'agent: held until the user answers a rule’s question',
    gate,
    ['if (caller.agent !== undefined)', "if (caller.agent?.name === '')"],
    toolsTest,
  ),
  mutant(
    'agent: a yes lets every later call through',
    answers,
    ["(one === answer ? { ...one, said: 'spent' } : one)", '(one === answer ? answer : one)'],
    toolsTest,
  ),
  mutant(
    'agent: a yes counts for ever',
    answers,
    ['answer.saidAt <= now && now < answer.saidAt + answerCounts', 'answer.saidAt <= now'],
    toolsTest,
  ),
  mutant(
    'agent: a yes to one agent is one to all',
    'src/broker/agents/agentToolAnswers.ts',
    ['one.agentId === other.agentId &&', ''],
    toolsTest,
  ),
  mutant(
    'agent: a yes that comes too late, or to one that is gone',
    answers,
    ['if (!isStanding(question, this.clock.now())) return;', ''],
    windowsTest,
  ),
  mutant(
    'agent: a yes to one tool is one to all of its server',
    'src/broker/agents/agentToolAnswers.ts',
    ['one.tool === other.tool &&', ''],
    windowsTest,
  ),
  mutant(
    'agent: a yes to a call as one account lets it run as another',
    'src/broker/agents/agentToolAnswers.ts',
    ['one.account === other.account', 'true'],
    windowsTest,
  ),
  mutant(
    'agent: a question that was answered is answered again, for a further call',
    answers,
    ['answers.some((other) => other.question === question.id) ? undefined', 'answers.length < 0 ? undefined'],
    windowsTest,
  ),
  mutant(
    'agent: one yes used up by two windows at once',
    answers,
    ["if (answer?.said !== 'allowed') return undefined;", ''],
    windowsTest,
  ),
  mutant(
    'agent: an older record of answers put back counts',
    answers,
    ['isOlder || shared === undefined', 'shared === undefined'],
    windowsTest,
  ),
  mutant(
    'agent: a rule’s question shown in one window only',
    questions,
    ['this.#elsewhere = open;', 'this.#elsewhere = [];'],
    windowsTest,
  ),
  mutant(
    'agent: a rule’s question answered in another window and still asked',
    questions,
    ['for (const id of answered) this.#close(id);', ''],
    windowsTest,
  ),
  mutant(
    'agent: a question that is dated ahead of its time',
    'src/broker/agents/agentToolAnswers.ts',
    ['return askedAt <= now && now < askedAt + questionStands;', 'return now < askedAt + questionStands;'],
    windowsTest,
  ),
  mutant(
    'agent: the key of one that was withdrawn stays on disk',
    'src/node/clients/bridgeFiles.ts',
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
