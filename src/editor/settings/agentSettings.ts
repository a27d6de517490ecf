import { parseAgentSettings, type AgentSettings } from '../../broker/agents/agentSettings.js';
import { usersOwn } from './usersOwnSettings.js';

/** Returns the user's current settings of `mcpOAuthBroker.agents`. */
export function agentSettings(): AgentSettings {
  return parseAgentSettings((key) => usersOwn(`agents.${key}`)).settings;
}
