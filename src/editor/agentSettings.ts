import * as vscode from 'vscode';
import { parseAgentSettings, type AgentSettings } from '../broker/agents/agentSettings.js';

const section = 'mcpOAuthBroker.agents';

/** What the settings say now. */
export function agentSettings(): AgentSettings {
  const configuration = vscode.workspace.getConfiguration(section);
  return parseAgentSettings((key) => configuration.get<unknown>(key)).settings;
}
