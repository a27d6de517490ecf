import type { Result } from '@modelcontextprotocol/sdk/types.js';
import type { RefusalReason } from '../../broker/calls/callRecord.js';
import { agentRefusals, type AgentCall } from '../../mcp/agentTexts.js';
import { signInToolName } from '../../mcp/consentTexts.js';
import { describeRequest, type InFlightRequest } from '../callers/inFlightRequest.js';
import type { AgentConsents, AskingAgent } from '../../broker/agents/agentConsents.js';
import type { ConsentNeed } from '../../broker/fetch/authorizedFetch.js';

/** What an agent that was admitted to some tools may say beside `tools/…` and `tasks/…`. */
const aroundTools = new Set(['ping', 'logging/setLevel']);

/** What it is listed of everything else. */
const emptyLists: Readonly<Record<string, Result>> = {
  'resources/list': { resources: [] },
  'resources/templates/list': { resourceTemplates: [] },
  'prompts/list': { prompts: [] },
};

export type AgentVerdict =
  | { readonly kind: 'answered'; readonly result: Result }
  | { readonly kind: 'refused'; readonly text: string; readonly reason: RefusalReason };

/**
 * Holds an agent that was admitted to some of a server's tools to just them: resources and prompts are refused
 * by name, and listed as none. An extension of the protocol that nobody has judged is refused too.
 *
 * @returns undefined where the request may go on
 */
export function verdictOnAgent(held: InFlightRequest): AgentVerdict | undefined {
  const { session, request, tool } = held;
  const tools = session.caller.agent?.access.tools;
  if (tools === undefined) return undefined;
  if (tool !== undefined) {
    // The relay's own is for whoever is offered it.
    const isOwn = tool === signInToolName && session.offeredSignIn;
    return isOwn || tools.includes(tool)
      ? undefined
      : refusal(agentRefusals.toolNotAdmitted(agentCall(held)));
  }
  const { method } = request;
  if (/^(?:tools|tasks)\//.test(method) || aroundTools.has(method)) return undefined;
  const empty = Object.hasOwn(emptyLists, method) ? emptyLists[method] : undefined;
  if (empty !== undefined) return { kind: 'answered', result: empty };
  return refusal(agentRefusals.toolsAlone(agentCall(held)));
}

function refusal(text: string): AgentVerdict {
  return { kind: 'refused', text, reason: 'notAdmitted' };
}

/** An agent is never held waiting for the user: they are asked, and it is told so. */
export async function askForAgent(
  held: InFlightRequest,
  agent: AskingAgent,
  need: ConsentNeed,
  consents: AgentConsents,
): Promise<{ readonly text: string; readonly reason: RefusalReason }> {
  const call = agentCall(held);
  const outcome = await consents.ask(agent, held.session.server, call.what, need);
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

function agentCall(held: InFlightRequest): AgentCall {
  const { caller, server } = held.session;
  return { agent: caller.agent?.name ?? '', server: server.name, what: describeRequest(held) };
}
