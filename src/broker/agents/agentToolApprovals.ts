import { defined } from '../../base/defined.js';
import type { AskingAgent } from './agentConsents.js';
import {
  callOf,
  isSameCall,
  isStanding,
  questionStands,
  shownQuestion,
  type AgentToolAnswers,
  type AgentToolQuestion,
} from './agentToolAnswers.js';
import { OpenRequests } from './openRequests.js';
import type { Clock, Disposable } from '../../base/clock.js';
import type { ServerConfig } from '../settings/serverSettings.js';
import type { ToolPrompt } from '../tools/toolRules.js';

/** The response to an agent's call whose tool has the rule to ask. */
export type AgentToolOutcome = 'allowed' | 'asked' | 'declined' | 'nobodyToAsk';

/**
 * The questions about calls of agents if a rule is to ask. An agent never waits: its call gets a response at once,
 * and after the user has allowed it in any window, the next one runs.
 */
export class AgentToolApprovals implements Disposable {
  readonly #questions = new OpenRequests<AgentToolQuestion>(({ id }) => ({ id }));
  /** By the id of a question of this window: ends the prompt, because it is answered or has stood for too long. */
  readonly #prompts = new Map<string, () => void>();

  readonly onDidChange = this.#questions.onDidChange;

  constructor(
    private readonly clock: Clock,
    private readonly answers: AgentToolAnswers,
    /** Absent if no user can be asked. */
    private readonly prompt?: ToolPrompt,
  ) {}

  /** Oldest first, those of other windows after this one's. */
  get pending(): readonly AgentToolQuestion[] {
    const now = this.clock.now();
    return this.#questions.all.filter((question) => isStanding(question, now));
  }

  /** Oldest first. */
  get askedHere(): readonly AgentToolQuestion[] {
    return this.#questions.own;
  }

  /** The ids of what the user answered here and other windows ask. */
  get answeredForOthers(): readonly string[] {
    return this.#questions.settledForOthers.map(({ id }) => id);
  }

  /** Takes over what other windows ask, and which questions were answered there; an answer itself is in no notice. */
  hear(questions: readonly AgentToolQuestion[], answered: readonly string[]): void {
    for (const id of answered) this.#close(id);
    this.#questions.hear(questions.filter(({ id }) => !this.#questions.isOwn(id)));
  }

  /**
   * Decides about a call.
   *
   * @param tool the tool's name, as it is called
   * @param account the account of the call for display, if it is known
   */
  async take(
    agent: AskingAgent,
    server: ServerConfig,
    tool: string,
    account?: string,
  ): Promise<AgentToolOutcome> {
    const { prompt } = this;
    if (prompt === undefined) return 'nobodyToAsk';
    const question: AgentToolQuestion = defined({
      id: crypto.randomUUID(),
      agent: { id: agent.id },
      server,
      tool,
      account,
      askedAt: this.clock.now(),
    });
    const call = callOf(question);
    const isPending = () => this.pending.some((one) => isSameCall(callOf(one), call));
    const wasPending = isPending();
    // What cannot be read or used up lets nothing through; the user is asked.
    const said = await this.answers.take(call).catch(() => undefined);
    if (said !== undefined) return said;
    // Answered in between: the answer is the next call's.
    if (!wasPending && !isPending()) this.#ask(question, agent.name, prompt);
    return 'asked';
  }

  /**
   * Asks again in this window, for a user who looks at the waiting requests.
   *
   * @param agent the name that it was admitted with
   */
  async show(id: string, agent: string): Promise<void> {
    const question = this.#pendingOf(id);
    if (question === undefined || this.prompt === undefined) return;
    await this.answer(
      id,
      await this.prompt.ask(shownQuestion(question, agent), new AbortController().signal),
    );
  }

  /** Takes the user's answer, from this window or another one. Does nothing if the question was answered before. */
  async answer(id: string, isAllowed: boolean): Promise<void> {
    const question = this.#pendingOf(id);
    if (question === undefined) return;
    // It is stored before it counts as answered, so that a call in between does not ask again.
    await this.answers.put(question, isAllowed).catch(() => undefined);
    if (this.#questions.isOwn(id)) this.#close(id);
    else this.#questions.settle(id);
  }

  /** The agent is gone, with what it asked for and what was answered to it. */
  async forget(agentId: string): Promise<void> {
    for (const { id, agent } of this.askedHere) if (agent.id === agentId) this.#close(id);
    await this.answers.forget(agentId);
  }

  dispose(): void {
    for (const closePrompt of this.#prompts.values()) closePrompt();
    this.#prompts.clear();
    this.#questions.clear();
  }

  #pendingOf(id: string): AgentToolQuestion | undefined {
    return this.pending.find((question) => question.id === id);
  }

  #ask(question: AgentToolQuestion, agent: string, prompt: ToolPrompt): void {
    const { id } = question;
    const late = new AbortController();
    const timer = this.clock.after(questionStands, () => this.#close(id));
    const closePrompt = () => {
      timer.dispose();
      late.abort();
    };
    this.#prompts.set(id, closePrompt);
    this.#questions.add(question);
    void prompt
      .ask(shownQuestion(question, agent), late.signal)
      // A question that could not be asked was not declined either. The next call asks again.
      .then(
        (isAllowed) => this.answer(id, isAllowed),
        () => this.#close(id),
      );
  }

  #close(id: string): void {
    this.#prompts.get(id)?.();
    this.#prompts.delete(id);
    this.#questions.withdraw([id]);
  }
}
