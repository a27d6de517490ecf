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
import { Emitter } from '../../base/event.js';
import type { Clock, Disposable } from '../../base/clock.js';
import type { ServerConfig } from '../settings/serverSettings.js';
import type { ToolPrompt } from '../tools/toolRules.js';

/** What an agent is told of a call whose tool has the rule to ask. */
export type AgentToolOutcome = 'allowed' | 'asked' | 'declined' | 'nobodyToAsk';

interface OpenQuestion {
  readonly question: AgentToolQuestion;
  /** Ends the asking: it is answered, or has stood for too long. */
  readonly close: () => void;
}

/**
 * The questions that calls of agents raise where a rule is to ask. An agent is never held: its call is answered at once,
 * and once the user has said yes, in whatever window, the next one runs.
 */
export class AgentToolApprovals implements Disposable {
  readonly #open = new Map<string, OpenQuestion>();
  /** What other windows ask. */
  #elsewhere: readonly AgentToolQuestion[] = [];
  #answeredForOthers: readonly string[] = [];
  readonly #changed = new Emitter<undefined>();

  readonly onDidChange = this.#changed.event;

  constructor(
    private readonly clock: Clock,
    private readonly answers: AgentToolAnswers,
    /** Absent if nobody can be asked. */
    private readonly prompt?: ToolPrompt,
  ) {}

  /** Oldest first, those of other windows after this one's. */
  get pending(): readonly AgentToolQuestion[] {
    const now = this.clock.now();
    return [...this.askedHere, ...this.#elsewhere].filter((question) => isStanding(question, now));
  }

  /** Oldest first. */
  get askedHere(): readonly AgentToolQuestion[] {
    return [...this.#open.values()].map(({ question }) => question);
  }

  /** The ids of what the user answered here and other windows ask. */
  get answeredForOthers(): readonly string[] {
    return this.#answeredForOthers;
  }

  /** Takes over what other windows ask, and which questions were answered there; an answer itself is in no notice. */
  hear(questions: readonly AgentToolQuestion[], answered: readonly string[]): void {
    for (const id of answered) this.#close(id);
    this.#answeredForOthers = this.#answeredForOthers.filter((id) => questions.some((one) => one.id === id));
    const open = questions.filter(({ id }) => !this.#open.has(id) && !this.#answeredForOthers.includes(id));
    const isNews = JSON.stringify(open) !== JSON.stringify(this.#elsewhere);
    this.#elsewhere = open;
    if (isNews) this.#changed.fire(undefined);
  }

  /**
   * @param tool the tool's name, as it is called
   * @param account whose account would act, where it is known, fit to be shown
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
   * Asks again, in this window: for a user who looks what agents wait for.
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

  /** What the user says, in the window that asks or in another; nothing if it was answered before. */
  async answer(id: string, isAllowed: boolean): Promise<void> {
    const question = this.#pendingOf(id);
    if (question === undefined) return;
    // Kept before it counts as answered: a call that comes in between must not ask anew.
    await this.answers.put(question, isAllowed).catch(() => undefined);
    if (this.#elsewhere.some((one) => one.id === id)) {
      this.#elsewhere = this.#elsewhere.filter((one) => one.id !== id);
      this.#answeredForOthers = [...this.#answeredForOthers, id];
      this.#changed.fire(undefined);
    }
    this.#close(id);
  }

  /** The agent is gone, with what it asked for and what was answered to it. */
  async forget(agentId: string): Promise<void> {
    for (const { id, agent } of this.askedHere) if (agent.id === agentId) this.#close(id);
    await this.answers.forget(agentId);
  }

  dispose(): void {
    for (const { close } of this.#open.values()) close();
    this.#open.clear();
  }

  #pendingOf(id: string): AgentToolQuestion | undefined {
    return this.pending.find((question) => question.id === id);
  }

  #ask(question: AgentToolQuestion, agent: string, prompt: ToolPrompt): void {
    const { id } = question;
    const late = new AbortController();
    const timer = this.clock.after(questionStands, () => this.#close(id));
    const close = () => {
      timer.dispose();
      late.abort();
    };
    this.#open.set(id, { question, close });
    this.#changed.fire(undefined);
    void prompt
      .ask(shownQuestion(question, agent), late.signal)
      // What could not be asked was not declined either; the next call asks anew.
      .then(
        (isAllowed) => this.answer(id, isAllowed),
        () => this.#close(id),
      );
  }

  #close(id: string): void {
    const open = this.#open.get(id);
    if (open === undefined) return;
    this.#open.delete(id);
    open.close();
    this.#changed.fire(undefined);
  }
}
