import * as vscode from 'vscode';
import { defaultAgentSettings, type AgentSettings } from '../broker/agentSettings.js';

const section = 'mcpOAuthBroker.agents';

/** What the settings say now; what they cannot mean is as if it were not set. */
export function agentSettings(): AgentSettings {
  const settings = vscode.workspace.getConfiguration(section);
  const number = (key: keyof AgentSettings, least: number, most: number) => {
    const value = settings.get<unknown>(key);
    const isMeant = typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
    return isMeant ? value : defaultAgentSettings[key];
  };
  return {
    port: number('port', 1_024, 65_535),
    requestsPerMinute: number('requestsPerMinute', 1, 100_000),
    concurrentRequests: number('concurrentRequests', 1, 1_000),
  };
}
