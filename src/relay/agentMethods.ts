import type { Result } from '@modelcontextprotocol/sdk/types.js';
import type { RefusalReason } from '../broker/calls/callRecord.js';
import { agentRefusals } from '../mcp/agentWords.js';
import { signInToolName } from '../mcp/signInTool.js';
import { agentCall } from './agentRequest.js';
import type { HeldRequest } from './heldRequest.js';

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
export function verdictOnAgent(held: HeldRequest): AgentVerdict | undefined {
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
