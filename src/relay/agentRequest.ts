import type { AgentConsents, AskingAgent } from '../broker/agents/agentConsents.js';
import type { ConsentNeed } from '../broker/authorizedFetch.js';
import type { RefusalReason } from '../broker/calls/callRecord.js';
import { agentRefusals, type AgentCall } from '../mcp/agentWords.js';
import { describeRequest } from './requestDescription.js';
import type { HeldRequest } from './heldRequest.js';

/** An agent is never held waiting for the person: they are asked, and it is told so. */
export async function askForAgent(
  held: HeldRequest,
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

export function agentCall(held: HeldRequest): AgentCall {
  const { caller, server } = held.session;
  return { agent: caller.agent?.name ?? '', server: server.name, what: describeRequest(held) };
}
