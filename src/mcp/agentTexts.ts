import { accessScopes } from './consentTexts.js';

/** What an agent's call was for. */
export interface AgentCall {
  readonly agent: string;
  readonly server: string;
  /** The tool, or another request in words. */
  readonly what: string;
}

/**
 * What an agent's model is told in place of a result. None of it holds an address: what there is to open, the
 * user opens in the editor.
 */
export const agentRefusals = {
  signInNeeded: (call: AgentCall, scopes: readonly string[]) =>
    `${call.what} was not run: the user has to sign in to ${call.server} first${namedScopes(scopes)}. ${askedThem}`,
  scopesNeeded: (call: AgentCall, scopes: readonly string[]) =>
    `${call.what} was not run: it needs access to ${call.server} that the user has not granted${namedScopes(scopes)}. ${askedThem}`,
  declined: (call: AgentCall) =>
    `${call.what} was not run: the user was asked for their consent at ${call.server} and did not give it now. Do not call it again unless they tell you to.`,
  scopesNotAdmitted: (call: AgentCall, scopes: readonly string[]) =>
    `${call.what} was not run: it needs access to ${call.server} that “${call.agent}” was not admitted with${namedScopes(scopes)}. Nobody was asked. The user can admit the agent with more.`,
  toolNotAdmitted: (call: AgentCall) =>
    `${call.what} was not run: “${call.agent}” was admitted to other tools of ${call.server}. Nobody was asked. The user can admit the agent with more.`,
  toolsAlone: (call: AgentCall) =>
    `${call.what} was not sent: “${call.agent}” was admitted to some tools of ${call.server}, and to nothing else there. Nobody was asked. The user can admit the agent with more.`,
  serverNotAdmitted: (agent: string, server: string) =>
    `“${agent}” is not admitted to a server of the name “${server}”.`,
  serverDisabled: (server: string) =>
    `The server “${server}” is disabled in the settings of MCP OAuth Broker. Ask the user to enable it.`,
};

const askedThem =
  'MCP OAuth Broker has asked them. Tell them so, and call it again only after they have answered.';

/** Scopes may look like addresses, which a model would offer to open. */
function namedScopes(scopes: readonly string[]): string {
  const named = accessScopes(scopes).filter((scope) => !scope.includes('://'));
  return named.length === 0 ? '' : ` (${named.join(', ')})`;
}
