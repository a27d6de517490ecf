import type { Result } from '@modelcontextprotocol/sdk/types.js';
import type { AgentConsents, AskingAgent } from '../../broker/agents/agentConsents.js';
import type { AgentToolApprovals } from '../../broker/agents/agentToolApprovals.js';
import type { ConsentNeed } from '../../broker/fetch/authorizedFetch.js';
import { agentRefusals, type AgentCall } from '../../mcp/agentTexts.js';
import type { CallerPolicy, JudgedRequest, Refusal } from '../callers/callerPolicy.js';

/**
 * The methods other than `tools/…` and `tasks/…` that an agent with an admission to specific tools may call.
 */
const aroundTools = new Set(['ping', 'logging/setLevel']);

/** The empty lists that such an agent receives for all other features. */
const emptyLists: Readonly<Record<string, Result>> = {
  'resources/list': { resources: [] },
  'resources/templates/list': { resourceTemplates: [] },
  'prompts/list': { prompts: [] },
};

/** Enforces an agent's admission; the user is asked outside the agent's calls. */
export class AgentPolicy implements CallerPolicy {
  constructor(
    private readonly agent: AskingAgent,
    private readonly consents: AgentConsents,
    private readonly approvals: AgentToolApprovals,
  ) {}

  /**
   * Judges a request. An agent with an admission to specific tools may use only those: resources and prompts
   * are refused, and their lists are empty. Unknown methods are refused too.
   */
  judge(request: JudgedRequest): Refusal | { readonly result: Result } | undefined {
    const { method, tool, callsSignIn } = request;
    const { tools } = this.agent.access;
    if (tools === undefined) return undefined;
    if (tool !== undefined) {
      return callsSignIn || tools.includes(tool)
        ? undefined
        : { text: agentRefusals.toolNotAdmitted(this.#call(request)), reason: 'notAdmitted' };
    }
    if (/^(?:tools|tasks)\//.test(method) || aroundTools.has(method)) return undefined;
    const result = Object.hasOwn(emptyLists, method) ? emptyLists[method] : undefined;
    if (result !== undefined) return { result };
    return { text: agentRefusals.toolsAlone(this.#call(request)), reason: 'notAdmitted' };
  }

  mayRun({ server }: JudgedRequest, tool: string, account: string | undefined) {
    return this.approvals.take(this.agent, server, tool, account);
  }

  async askForConsent(request: JudgedRequest, need: ConsentNeed): Promise<Refusal> {
    const call = this.#call(request);
    const outcome = await this.consents.ask(this.agent, request.server, call.what, need);
    switch (outcome.kind) {
      case 'asked': {
        const say = need.kind === 'signIn' ? agentRefusals.signInNeeded : agentRefusals.scopesNeeded;
        return { text: say(call, outcome.scopes), reason: 'consentMissing' };
      }
      case 'declined':
        return { text: agentRefusals.declined(call), reason: 'declined' };
      case 'notAdmitted':
        return { text: agentRefusals.scopesNotAdmitted(call, outcome.scopes), reason: 'notAdmitted' };
    }
  }

  #call({ server, what }: JudgedRequest): AgentCall {
    return { agent: this.agent.name, server: server.name, what };
  }
}
