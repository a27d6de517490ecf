import { accountName } from '../../broker/accounts/credential.js';
import type { CredentialStore } from '../../broker/accounts/credentialStore.js';
import type { RefusalReason } from '../../broker/calls/callRecord.js';
import type { Clock } from '../../base/clock.js';
import type { ToolPrompt, ToolRules } from '../../broker/tools/toolRules.js';
import {
  isAllowedBy,
  ruleQuestion,
  ruleRefusals,
  waitingForYes,
  type ToolCallSubject,
} from '../../mcp/toolRuleTexts.js';
import { displayText } from '../../base/displayText.js';
import { editorCaller } from '../callers/callerAdmission.js';
import type { Refusal } from '../callers/callerPolicy.js';
import { describeRequest, judged, type InFlightRequest } from '../callers/inFlightRequest.js';
import { untilAborted } from '../../base/abort.js';
import { UserWait } from './userWait.js';

type Refused = keyof typeof ruleRefusals;
type GateAnswer = 'allowed' | Exclude<Refused, 'blocked'>;

const reasons: Readonly<Record<Refused, RefusalReason>> = {
  blocked: 'blockedByRule',
  declined: 'declined',
  asked: 'consentMissing',
  timedOut: 'timedOut',
  nobodyToAsk: 'blockedByRule',
};

/** Holds each tool call to the user's rule for the tool, whoever calls, before anything of it is sent. */
export class ToolGate {
  /** Calls the user has allowed: one that waits for consent afterwards is not asked about twice. */
  readonly #allowed = new WeakSet<InFlightRequest>();

  constructor(
    private readonly rules: ToolRules,
    private readonly credentials: CredentialStore,
    private readonly clock: Clock,
    /** Absent where nobody can be asked outside a chat. */
    private readonly prompt?: ToolPrompt,
  ) {}

  /**
   * Judges a call by the name in the very message that would be sent; to be asked before each sending, since
   * the rule can have changed while the call waited.
   *
   * @returns `goOn` if it may be sent
   * @throws the reason of the request's signal, where the caller left or cancelled
   */
  async judge(held: InFlightRequest): Promise<'goOn' | Refusal> {
    if (held.tool === undefined) return 'goOn';
    const rule = this.rules.ruleOf(held.session.server, held.tool);
    if (rule === 'allow') return 'goOn';
    const subject = { server: held.session.server.name, tool: describeRequest(held) };
    if (rule === 'block') return refusalOf('blocked', subject);
    if (this.#allowed.has(held)) return 'goOn';
    const answer = await this.#answer(held, held.tool, subject);
    if (answer !== 'allowed') return refusalOf(answer, subject);
    this.#allowed.add(held);
    // The user may have blocked the tool instead.
    return this.judge(held);
  }

  async #answer(held: InFlightRequest, tool: string, known: ToolCallSubject): Promise<GateAnswer> {
    const { server, caller } = held.session;
    const credential = await this.credentials.get(server.url, caller.account);
    const account = displayText(credential && accountName(credential));
    const subject = { ...known, ...(account !== undefined && { account }) };
    if (caller.policy !== undefined) return caller.policy.mayRun(judged(held), tool, account);
    return this.#ask(held, subject);
  }

  async #ask(held: InFlightRequest, subject: ToolCallSubject): Promise<GateAnswer> {
    if (held.acceptsEventStream) held.stream();
    held.progress(waitingForYes(held.session.t));
    const wait = new UserWait(held, this.clock);
    try {
      const asked = this.#asked(held, subject, wait.signal);
      if (asked === undefined) return 'nobodyToAsk';
      if (await untilAborted(asked, wait.signal)) return 'allowed';
      return wait.isOver ? 'timedOut' : 'declined';
    } catch (error) {
      if (held.signal.aborted || !wait.isOver) throw error;
      return 'timedOut';
    } finally {
      wait.dispose();
    }
  }

  /**
   * A form is answered by the client itself, and only of the editor's own is it known that a user does: any
   * other caller's calls are asked about in the editor.
   */
  #asked(held: InFlightRequest, subject: ToolCallSubject, signal: AbortSignal): Promise<boolean> | undefined {
    const { session } = held;
    const isChat = session.caller.id === editorCaller.id && !session.isStateless;
    if (isChat && session.showsForms && held.acceptsEventStream) {
      const asked = session.ask(held.stream(), ruleQuestion(subject, session.t), signal);
      return asked.then((content) => isAllowedBy(content, session.t));
    }
    const { account } = subject;
    return this.prompt?.ask(
      { server: session.server, tool: subject.tool, ...(account !== undefined && { account }) },
      signal,
    );
  }
}

function refusalOf(why: Refused, subject: ToolCallSubject): Refusal {
  return { text: ruleRefusals[why](subject), reason: reasons[why] };
}
