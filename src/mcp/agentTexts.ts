import { accessScopes } from './consentTexts.js';

/** What an agent's call was for. */
export interface AgentCall {
  readonly agent: string;
  readonly server: string;
  /** The tool, or a description of another request. */
  readonly what: string;
}

/**
 * The texts that an agent's model gets in place of a result. None contains an address: what there is to open, the
 * user opens in the editor.
 */
export const agentRefusals = {
  signInNeeded: (call: AgentCall, scopes: readonly string[]) =>
    `${call.what} was not run: the user must sign in to ${call.server} first${namedScopes(scopes)}. ${askedThem}`,
  scopesNeeded: (call: AgentCall, scopes: readonly string[]) =>
    `${call.what} was not run: it needs access to ${call.server} that the user has not granted${namedScopes(scopes)}. ${askedThem}`,
  declined: (call: AgentCall) =>
    `${call.what} was not run: the user was asked for consent at ${call.server} and did not give it. Do not call it again unless the user asks you to.`,
  scopesNotAdmitted: (call: AgentCall, scopes: readonly string[]) =>
    `${call.what} was not run: it needs access to ${call.server} that “${call.agent}” was not admitted with${namedScopes(scopes)}. The user was not asked. The user can admit the agent with more access.`,
  toolNotAdmitted: (call: AgentCall) =>
    `${call.what} was not run: “${call.agent}” was admitted to other tools of ${call.server}. The user was not asked. The user can admit the agent with more access.`,
  toolsAlone: (call: AgentCall) =>
    `${call.what} was not sent: “${call.agent}” was admitted only to some tools of ${call.server}. The user was not asked. The user can admit the agent with more access.`,
  serverNotAdmitted: (agent: string, server: string) =>
    `“${agent}” is not admitted to a server named “${server}”.`,
  serverDisabled: (server: string) =>
    `The server “${server}” is disabled in the settings of MCP OAuth Broker. Ask the user to enable it.`,
};

const askedThem =
  'MCP OAuth Broker has asked the user. Tell the user, and call it again only after the user has replied.';

/** Scopes may look like addresses, which a model would offer to open. */
function namedScopes(scopes: readonly string[]): string {
  const named = accessScopes(scopes).filter((scope) => !scope.includes('://'));
  return named.length === 0 ? '' : ` (${named.join(', ')})`;
}
