import * as vscode from 'vscode';
import type { Disposable } from '../../base/clock.js';
import type { ServerConfig } from '../../broker/settings/serverSettings.js';

/** The part of the API that an editor may lack: forks lag behind the version that they name. */
interface EditorApi {
  readonly lm?: {
    readonly registerMcpServerDefinitionProvider?: typeof vscode.lm.registerMcpServerDefinitionProvider;
    readonly registerTool?: typeof vscode.lm.registerTool;
  };
}

/** Something that cannot be done in an editor without a part of the API. */
export type MissingFeature = 'mcpServers' | 'chatTools';

const api: EditorApi = vscode;
const nothing: Disposable = { dispose: () => undefined };

/** What this editor lacks; all else works without it. */
export function missingFeatures(): readonly MissingFeature[] {
  return [
    ...(api.lm?.registerMcpServerDefinitionProvider === undefined ? (['mcpServers'] as const) : []),
    ...(api.lm?.registerTool === undefined ? (['chatTools'] as const) : []),
  ];
}

/** Offers MCP servers to the chat, in an editor that takes them from extensions. */
export function registerMcpServers(id: string, provider: vscode.McpServerDefinitionProvider): Disposable {
  return api.lm?.registerMcpServerDefinitionProvider?.(id, provider) ?? nothing;
}

/** Offers a tool to the chat, in an editor that takes them from extensions. */
export function registerChatTool(name: string, tool: vscode.LanguageModelTool<object>): Disposable {
  return api.lm?.registerTool?.(name, tool) ?? nothing;
}

/**
 * Starts one of our servers as the chat would. No API does; the command is the one of the editor's own list of servers,
 * which identifies each server by its extension and its label.
 */
export function startCommand(extensionId: string, { name }: ServerConfig): vscode.Command {
  return {
    command: 'workbench.mcp.startServer',
    title: vscode.l10n.t('Start Server'),
    arguments: [`${extensionId.toLowerCase()}/${name}`],
  };
}
