import type { AgentConsents, AskingAgent } from '../broker/agentConsents.js';
import type { ConsentNeed } from '../broker/authorizedFetch.js';
import type { RefusalReason } from '../broker/callRecord.js';
import { agentRefusals, type AgentCall } from '../mcp/agentWords.js';
import { signInToolName } from '../mcp/signInTool.js';
import { describeRequest } from './consentInStream.js';
import type { HeldRequest } from './heldRequest.js';

/** Whether an agent calls a tool that it was not admitted to. The relay's own is for whoever is offered it. */
export function isToolNotAdmitted({ session, tool }: HeldRequest): boolean {
  const tools = session.caller.agent?.access.tools;
  if (tools === undefined || tool === undefined) return false;
  return !tools.includes(tool) && !(tool === signInToolName && session.offeredSignIn);
}

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
