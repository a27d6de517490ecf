import { defined } from '../../base/defined.js';
import { isObject } from '../../oauth/jsonResponse.js';
import type { Clock } from '../../base/clock.js';
import type { Lock, SharedRecords } from '../../base/storage.js';
import { displayText } from '../../base/displayText.js';
import type { ServerConfig } from '../settings/serverSettings.js';
import type { ToolQuestion } from '../tools/toolRules.js';

const recordName = 'agent tool answers';
/** How long the user's answer counts, in milliseconds: a yes for the one call it is waited for with. */
const answerCounts = 2 * 60_000;

/** The user's answer and, for an approval that a call has used up, this fact. */
type Said = 'allowed' | 'declined' | 'spent';

interface StoredAnswer {
  /** The id of the question. */
  readonly question: string;
  readonly call: AgentToolCall;
  readonly said: Said;
  /** Milliseconds since the epoch. */
  readonly saidAt: number;
}

interface CountingAnswer extends StoredAnswer {
  readonly said: Exclude<Said, 'spent'>;
}

interface AnswerRecord {
  readonly generation: number;
  readonly answers: readonly StoredAnswer[];
}

/**
 * The user's answers about the calls of agents whose rule is to ask, in a sealed record that all windows share: the
 * user may answer in another window than the one the agent calls, and that one can end before the call comes. An
 * approval is used up on disk, under the lock, before its call is let through, so that it lets exactly one call
 * through.
 */
export class AgentToolAnswers {
  /** The newest record that this window has read. An older one in its place is ignored. */
  #newest = 0;

  constructor(
    private readonly records: SharedRecords,
    private readonly lock: Lock,
    private readonly clock: Clock,
  ) {}

  /** Keeps the first answer to a question; others, and one that comes too late, count for nothing. */
  async put(question: AgentToolQuestion, isAllowed: boolean): Promise<void> {
    if (!isStanding(question, this.clock.now())) return;
    const said = isAllowed ? 'allowed' : 'declined';
    const answer: StoredAnswer = {
      question: question.id,
      call: callOf(question),
      said,
      saidAt: this.clock.now(),
    };
    await this.#write((answers) =>
      answers.some((other) => other.question === question.id) ? undefined : [...answers, answer],
    );
  }

  /** The user's answer about such a call. An approval counts for one call. */
  async take(call: AgentToolCall): Promise<CountingAnswer['said'] | undefined> {
    const said = this.#saidTo(call, (await this.#read()).answers)?.said;
    if (said !== 'allowed') return said;
    const isUsedUp = await this.#write((answers) => {
      const answer = this.#saidTo(call, answers);
      if (answer?.said !== 'allowed') return undefined;
      return answers.map((one) => (one === answer ? { ...one, said: 'spent' } : one));
    });
    return isUsedUp ? 'allowed' : undefined;
  }

  /** The agent is gone, and what was answered to it with it. */
  async forget(agentId: string): Promise<void> {
    const isIts = ({ call, said }: StoredAnswer) => call.agentId === agentId && said !== 'spent';
    await this.#write((answers) =>
      answers.some(isIts) ? answers.map((one) => (isIts(one) ? { ...one, said: 'spent' } : one)) : undefined,
    );
  }

  #saidTo(call: AgentToolCall, answers: readonly StoredAnswer[]): CountingAnswer | undefined {
    const now = this.clock.now();
    const isCounting = (answer: StoredAnswer): answer is CountingAnswer =>
      answer.said !== 'spent' && answer.saidAt <= now && now < answer.saidAt + answerCounts;
    return answers.filter(isCounting).findLast((answer) => isSameCall(answer.call, call));
  }

  async #read(): Promise<AnswerRecord> {
    const shared = await this.records.read(recordName);
    const generation = shared?.generation ?? 0;
    const isOlder = generation < this.#newest;
    this.#newest = Math.max(this.#newest, generation);
    const answers = isOlder || shared === undefined ? [] : answersOf(shared.text);
    return { generation: this.#newest, answers };
  }

  /**
   * Changes the record.
   *
   * @param change returns undefined if nothing is to be written
   * @returns whether the record was written
   */
  async #write(
    change: (answers: readonly StoredAnswer[]) => readonly StoredAnswer[] | undefined,
  ): Promise<boolean> {
    return this.lock.hold(recordName, async () => {
      const { generation, answers } = await this.#read();
      const changed = change(answers);
      if (changed === undefined) return false;
      const now = this.clock.now();
      // For as long as a question stands, it must be known that it was answered.
      const kept = changed.filter(({ saidAt }) => now < saidAt + questionStands);
      await this.records.write(recordName, {
        generation: generation + 1,
        text: JSON.stringify({ version: 1, answers: kept }),
      });
      this.#newest = generation + 1;
      return true;
    });
  }
}

/** A record that cannot be read is ignored: the user is asked again. */
function answersOf(text: string): readonly StoredAnswer[] {
  try {
    const record: unknown = JSON.parse(text);
    if (!isObject(record) || record['version'] !== 1 || !Array.isArray(record['answers'])) return [];
    return record['answers'].flatMap((answer: unknown) => answerOf(answer) ?? []);
  } catch {
    return [];
  }
}

function answerOf(value: unknown): StoredAnswer | undefined {
  if (!isObject(value) || !isObject(value['call'])) return undefined;
  const { question, said, saidAt } = value;
  const { agentId, serverUrl, tool, account } = value['call'];
  if (typeof question !== 'string' || typeof saidAt !== 'number') return undefined;
  if (said !== 'allowed' && said !== 'declined' && said !== 'spent') return undefined;
  if (typeof agentId !== 'string' || typeof serverUrl !== 'string' || typeof tool !== 'string')
    return undefined;
  const call = defined({
    agentId,
    serverUrl,
    tool,
    account: typeof account === 'string' ? account : undefined,
  });
  return { question, call, said, saidAt };
}

/** How long a question stays open, in milliseconds. After that, the next call asks again. */
export const questionStands = 10 * 60_000;

/** What the user decides on: an answer to it counts for nothing else. */
export interface AgentToolCall {
  readonly agentId: string;
  readonly serverUrl: string;
  /** The tool's name, as it is called. */
  readonly tool: string;
  /** The account of the call for display, if it is known. */
  readonly account?: string;
}

/** A call of an agent's that the user is asked about, since the rule for the tool is to ask. */
export interface AgentToolQuestion {
  /** A random id: an answer counts for this question, and for no other about the same call. */
  readonly id: string;
  /** The name is taken from its admission, whichever window reports the question. */
  readonly agent: { readonly id: string };
  readonly server: ServerConfig;
  /** The tool's name, as it is called. */
  readonly tool: string;
  readonly account?: string;
  /** Milliseconds since the epoch. */
  readonly askedAt: number;
}

export function callOf({ agent, server, tool, account }: AgentToolQuestion): AgentToolCall {
  return defined({ agentId: agent.id, serverUrl: server.url, tool, account });
}

export function isSameCall(one: AgentToolCall, other: AgentToolCall): boolean {
  return (
    one.agentId === other.agentId &&
    one.serverUrl === other.serverUrl &&
    one.tool === other.tool &&
    one.account === other.account
  );
}

export function shownTool(tool: string): string {
  return displayText(tool) ?? 'without a name';
}

/** The displayed question is composed from the very call that the answer would count for. */
export function shownQuestion({ server, tool, account }: AgentToolQuestion, agent: string): ToolQuestion {
  return defined({
    server,
    tool: shownTool(tool),
    agent,
    account,
  });
}

/** A time in the future is rejected, because it would keep a question open for longer. */
export function isStanding({ askedAt }: AgentToolQuestion, now: number): boolean {
  return askedAt <= now && now < askedAt + questionStands;
}

export function questionNotice({ id, agent, server, tool, account, askedAt }: AgentToolQuestion): object {
  return { id, agentId: agent.id, serverUrl: server.url, tool, account, askedAt };
}

/** @returns undefined for a notice of another version, or for a server that this window does not know */
export function questionOf(said: unknown, servers: readonly ServerConfig[]): AgentToolQuestion | undefined {
  if (!isObject(said)) return undefined;
  const { id, agentId, serverUrl, tool, account: named, askedAt } = said;
  const server = servers.find(({ url }) => url === serverUrl);
  const account = displayText(named);
  if (server === undefined || typeof askedAt !== 'number') return undefined;
  if (typeof id !== 'string' || typeof agentId !== 'string' || typeof tool !== 'string') return undefined;
  return defined({
    id,
    agent: { id: agentId },
    server,
    tool,
    account,
    askedAt,
  });
}
