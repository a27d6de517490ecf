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
type GateVerdict = 'allowed' | Exclude<Refused, 'blocked'>;

const reasons: Readonly<Record<Refused, RefusalReason>> = {
  blocked: 'blockedByRule',
  declined: 'declined',
  asked: 'consentMissing',
  timedOut: 'timedOut',
  nobodyToAsk: 'blockedByRule',
};

/** Applies the user's rule for a tool to each call, from any caller, before anything of it is sent. */
export class ToolGate {
  /** Calls the user has allowed: one that waits for consent afterwards is not asked about twice. */
  readonly #allowed = new WeakSet<InFlightRequest>();

  constructor(
    private readonly rules: ToolRules,
    private readonly credentials: CredentialStore,
    private readonly clock: Clock,
    /** Absent if no user can be asked outside a chat. */
    private readonly prompt?: ToolPrompt,
  ) {}

  /**
   * Judges a call by the name in the very message that would be sent; to be asked before each sending, since
   * the rule can have changed while the call waited.
   *
   * @returns `goOn` if it may be sent
   * @throws the reason of the request's signal, if the caller left or cancelled
   */
  async judge(inFlight: InFlightRequest): Promise<'goOn' | Refusal> {
    if (inFlight.tool === undefined) return 'goOn';
    const rule = this.rules.ruleOf(inFlight.session.server, inFlight.tool);
    if (rule === 'allow') return 'goOn';
    const subject = { server: inFlight.session.server.name, tool: describeRequest(inFlight) };
    if (rule === 'block') return refusalOf('blocked', subject);
    if (this.#allowed.has(inFlight)) return 'goOn';
    const verdict = await this.#verdict(inFlight, inFlight.tool, subject);
    if (verdict !== 'allowed') return refusalOf(verdict, subject);
    this.#allowed.add(inFlight);
    // The user may have blocked the tool instead.
    return this.judge(inFlight);
  }

  async #verdict(inFlight: InFlightRequest, tool: string, known: ToolCallSubject): Promise<GateVerdict> {
    const { server, caller } = inFlight.session;
    const credential = await this.credentials.get(server.url, caller.account);
    const account = displayText(credential && accountName(credential));
    if (caller.policy !== undefined) return caller.policy.mayRun(judged(inFlight), tool, account);
    return this.#ask(inFlight, { ...known, account });
  }

  async #ask(inFlight: InFlightRequest, subject: ToolCallSubject): Promise<GateVerdict> {
    if (inFlight.acceptsEventStream) inFlight.stream();
    inFlight.progress(waitingForYes(inFlight.session.t));
    const wait = new UserWait(inFlight, this.clock);
    try {
      const asked = this.#asked(inFlight, subject, wait.signal);
      if (asked === undefined) return 'nobodyToAsk';
      if (await untilAborted(asked, wait.signal)) return 'allowed';
      return wait.isOver ? 'timedOut' : 'declined';
    } catch (error) {
      if (inFlight.signal.aborted || !wait.isOver) throw error;
      return 'timedOut';
    } finally {
      wait.dispose();
    }
  }

  /**
   * Clients answer forms themselves, and only the editor's own client is known to leave that to its user: for all
   * other callers the question is shown in the editor.
   */
  #asked(
    inFlight: InFlightRequest,
    subject: ToolCallSubject,
    signal: AbortSignal,
  ): Promise<boolean> | undefined {
    const { session } = inFlight;
    const isChat = session.caller.id === editorCaller.id && !session.isStateless;
    if (isChat && session.showsForms && inFlight.acceptsEventStream) {
      const asked = session.ask(inFlight.stream(), ruleQuestion(subject, session.t), signal);
      return asked.then((content) => isAllowedBy(content, session.t));
    }
    const { tool, account } = subject;
    return this.prompt?.ask({ server: session.server, tool, account }, signal);
  }
}

function refusalOf(why: Refused, subject: ToolCallSubject): Refusal {
  return { text: ruleRefusals[why](subject), reason: reasons[why] };
}
