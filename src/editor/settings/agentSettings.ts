import { parseAgentSettings, type AgentSettings } from '../../broker/agents/agentSettings.js';
import { usersOwn } from './usersOwnSettings.js';

/** The user's settings of `mcpOAuthBroker.agents`, as they are now. */
export function agentSettings(): AgentSettings {
  return parseAgentSettings((key) => usersOwn(`agents.${key}`)).settings;
}
