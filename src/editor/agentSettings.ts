import { parseAgentSettings, type AgentSettings } from '../broker/agents/agentSettings.js';
import { usersOwn } from './usersOwnSettings.js';

/** What the settings say now. */
export function agentSettings(): AgentSettings {
  return parseAgentSettings((key) => usersOwn(`agents.${key}`)).settings;
}
