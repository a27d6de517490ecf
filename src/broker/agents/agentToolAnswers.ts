import type { AskingAgent } from './agentConsents.js';
import type { Clock } from '../ports.js';
import type { ToolPrompt } from '../tools/toolPrompt.js';
import type { ServerConfig } from '../settings/serverSettings.js';

/** How long the person's answer counts, in milliseconds: a yes for the one call it is waited for with. */
const answerCounts = 2 * 60_000;
/** How long a question stands, in milliseconds; after that the next call asks anew. */
const questionStands = 10 * 60_000;

/** What an agent is told of a call whose tool has the rule to ask. */
export type AgentToolOutcome = 'allowed' | 'asked' | 'declined' | 'nobodyToAsk';

type Answer =
  | { readonly kind: 'open' }
  | { readonly kind: 'allowed' | 'declined'; /** Milliseconds since the epoch. */ readonly until: number };

/**
 * What the person said to the calls of agents that a rule asks about. An agent is never held: its call is
 * answered at once, and once the person has said yes, the next one runs.
 */
export class AgentToolAnswers {
  readonly #answers = new Map<string, Answer>();

  constructor(
    private readonly clock: Clock,
    /** Absent where nobody can be asked. */
    private readonly prompt?: ToolPrompt,
  ) {}

  /**
   * @param tool the tool's name, as it is called
   * @param shown the same, fit to be shown
   * @param account whose account would act, where it is known
   */
  take(
    agent: AskingAgent,
    server: ServerConfig,
    tool: string,
    shown: string,
    account?: string,
  ): AgentToolOutcome {
    if (this.prompt === undefined) return 'nobodyToAsk';
    const id = JSON.stringify([agent.id, server.url, tool]);
    const answer = this.#answers.get(id);
    if (answer?.kind === 'open') return 'asked';
    if (answer !== undefined && this.clock.now() < answer.until) {
      if (answer.kind === 'allowed') this.#answers.delete(id);
      return answer.kind;
    }
    void this.#ask(this.prompt, id, {
      server,
      tool: shown,
      agent: agent.name,
      ...(account !== undefined && { account }),
    });
    return 'asked';
  }

  /** The agent is gone, and what was answered to it with it. */
  forget(agentId: string): void {
    for (const id of this.#answers.keys()) {
      if (id.startsWith(`[${JSON.stringify(agentId)},`)) this.#answers.delete(id);
    }
  }

  async #ask(prompt: ToolPrompt, id: string, question: Parameters<ToolPrompt['ask']>[0]): Promise<void> {
    const open: Answer = { kind: 'open' };
    this.#answers.set(id, open);
    const late = new AbortController();
    const timer = this.clock.after(questionStands, () => {
      late.abort();
      this.#settle(id, open, undefined);
    });
    const isAllowed = await prompt.ask(question, late.signal).catch(() => false);
    timer.dispose();
    const until = this.clock.now() + answerCounts;
    this.#settle(id, open, { kind: isAllowed ? 'allowed' : 'declined', until });
  }

  /** What was forgotten or given up meanwhile stays so. */
  #settle(id: string, open: Answer, answer: Answer | undefined): void {
    if (this.#answers.get(id) !== open) return;
    if (answer === undefined) this.#answers.delete(id);
    else this.#answers.set(id, answer);
  }
}
