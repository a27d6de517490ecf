/** MCP clients whose configuration files the broker can read and write. */
export type McpClientId =
  'vscode' | 'claudeCode' | 'claudeDesktop' | 'copilotCli' | 'codex' | 'cursor' | 'gemini' | 'windsurf';

/** How a client's configuration file is written. */
export type ConfigurationFormat = 'json' | 'toml';

/** A path of member names into a configuration file, such as `['mcpServers', 'notes']`. */
export type EntryPath = readonly string[];

/** What a client's configuration file looks like. */
export interface McpClient {
  readonly id: McpClientId;
  /** As its maker writes it. */
  readonly name: string;
  readonly format: ConfigurationFormat;
  /** The member that holds the servers by name. */
  readonly collection: string;
  /** Whether the file also holds collections of single folders, below `projects`, as Claude Code's does. */
  readonly hasProjects?: true;
}

export const mcpClients: Readonly<Record<McpClientId, McpClient>> = {
  vscode: { id: 'vscode', name: 'VS Code', format: 'json', collection: 'servers' },
  claudeCode: {
    id: 'claudeCode',
    name: 'Claude Code',
    format: 'json',
    collection: 'mcpServers',
    hasProjects: true,
  },
  claudeDesktop: { id: 'claudeDesktop', name: 'Claude Desktop', format: 'json', collection: 'mcpServers' },
  copilotCli: { id: 'copilotCli', name: 'Copilot CLI', format: 'json', collection: 'mcpServers' },
  codex: { id: 'codex', name: 'Codex', format: 'toml', collection: 'mcp_servers' },
  cursor: { id: 'cursor', name: 'Cursor', format: 'json', collection: 'mcpServers' },
  gemini: { id: 'gemini', name: 'Gemini CLI', format: 'json', collection: 'mcpServers' },
  windsurf: { id: 'windsurf', name: 'Windsurf', format: 'json', collection: 'mcpServers' },
};
