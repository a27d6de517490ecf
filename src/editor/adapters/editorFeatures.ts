import * as vscode from 'vscode';
import type { Disposable } from '../../base/clock.js';
import type { ServerConfig } from '../../broker/settings/serverSettings.js';

/**
 * The parts of the API that an editor may lack: some forks do not implement the API version that they
 * declare.
 */
interface EditorApi {
  readonly lm?: {
    readonly registerMcpServerDefinitionProvider?: typeof vscode.lm.registerMcpServerDefinitionProvider;
    readonly registerTool?: typeof vscode.lm.registerTool;
  };
}

/** A feature that is not available in an editor that lacks a part of the API. */
export type MissingFeature = 'mcpServers' | 'chatTools';

const api: EditorApi = vscode;
const nothing: Disposable = { dispose: () => undefined };

/** Returns the features that this editor lacks; all others work without them. */
export function missingFeatures(): readonly MissingFeature[] {
  return [
    ...(api.lm?.registerMcpServerDefinitionProvider === undefined ? (['mcpServers'] as const) : []),
    ...(api.lm?.registerTool === undefined ? (['chatTools'] as const) : []),
  ];
}

/** Registers a provider of MCP servers, if the editor accepts servers from extensions. */
export function registerMcpServers(id: string, provider: vscode.McpServerDefinitionProvider): Disposable {
  return api.lm?.registerMcpServerDefinitionProvider?.(id, provider) ?? nothing;
}

/** Registers a tool for the chat, if the editor accepts tools from extensions. */
export function registerChatTool(name: string, tool: vscode.LanguageModelTool<object>): Disposable {
  return api.lm?.registerTool?.(name, tool) ?? nothing;
}

/**
 * Returns the command that starts a server, as the chat does. There is no API for this; the command is used
 * by the editor's own list of servers, and identifies each server by its extension and its label.
 */
export function startCommand(extensionId: string, { name }: ServerConfig): vscode.Command {
  return {
    command: 'workbench.mcp.startServer',
    title: vscode.l10n.t('Start Server'),
    arguments: [`${extensionId.toLowerCase()}/${name}`],
  };
}
