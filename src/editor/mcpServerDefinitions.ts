import * as vscode from 'vscode';
import type { Disposable } from '../broker/ports.js';
import type { ServerConfig } from '../broker/settings/serverSettings.js';
import { sha256 } from '../broker/sha256.js';
import type { Redacted } from '../oauth/redacted.js';
import { registerMcpServers } from './editorFeatures.js';
import type { EditorServerSettings } from './serverSettings.js';

/** Where the editor's own MCP client reaches a server, and with which key; the relay's part. */
export interface Endpoints {
  endpointFor(server: ServerConfig): Promise<{ readonly url: string; readonly key: Redacted }>;
}

/** As in package.json. */
const definitionProviderId = 'mcpOAuthBroker.servers';

/**
 * Starts one of our servers as the chat would. No API does; the command is the one of the editor's own list of servers,
 * which calls each by its extension and its label.
 */
export function startCommand(extensionId: string, { name }: Pick<ServerConfig, 'name'>): vscode.Command {
  return {
    command: 'workbench.mcp.startServer',
    title: vscode.l10n.t('Start Server'),
    arguments: [`${extensionId.toLowerCase()}/${name}`],
  };
}

/**
 * The configured servers as VS Code's MCP servers. What `provide` gives is persisted by the editor, so it
 * holds a constant placeholder where nothing listens; the relay's address and key come from `resolve`, which
 * runs before every start of a server and whose result is not kept.
 */
export class McpServerDefinitions
  implements vscode.McpServerDefinitionProvider<vscode.McpHttpServerDefinition>, Disposable
{
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscription: Disposable;
  #provided: string;

  /** A changed definition stops a running server in mid-call, so this fires for nothing less. */
  readonly onDidChangeMcpServerDefinitions = this.#changed.event;

  constructor(
    private readonly settings: EditorServerSettings,
    private readonly endpoints: Endpoints,
  ) {
    this.#provided = identity(settings.servers);
    this.#subscription = settings.onDidChange(({ servers }) => {
      const now = identity(servers);
      if (now === this.#provided) return;
      this.#provided = now;
      this.#changed.fire();
    });
  }

  provideMcpServerDefinitions(): Promise<vscode.McpHttpServerDefinition[]> {
    return Promise.all(
      this.settings.servers.map(async (server) => {
        const placeholder = `http://127.0.0.1:1/mcp/${encodeURIComponent(server.name)}`;
        const uri = vscode.Uri.parse(placeholder, true);
        return new vscode.McpHttpServerDefinition(server.name, uri, {}, await version(server));
      }),
    );
  }

  /** @throws Error whose message reaches the model, where the server is configured no more */
  async resolveMcpServerDefinition(
    definition: vscode.McpHttpServerDefinition,
  ): Promise<vscode.McpHttpServerDefinition> {
    const server = this.settings.find(definition.label);
    if (server === undefined) {
      throw new Error(
        vscode.l10n.t('“{0}” is no longer in the setting mcpOAuthBroker.servers.', definition.label),
      );
    }
    const { url, key } = await this.endpoints.endpointFor(server);
    // A new object: the editor does not notice changes in the one it passed.
    return new vscode.McpHttpServerDefinition(
      server.name,
      vscode.Uri.parse(url, true),
      { Authorization: `Bearer ${key.expose()}` },
      definition.version,
    );
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }
}

/** Offers the servers to the editor's chat, if it takes any from extensions. */
export function registerDefinitions(definitions: McpServerDefinitions): Disposable {
  return registerMcpServers(definitionProviderId, definitions);
}

/** The placeholder's address would not tell the editor that the server is another; header values are hashed. */
async function version(server: ServerConfig): Promise<string> {
  return (await sha256(identity([server]))).slice(0, 16);
}

function identity(servers: readonly ServerConfig[]): string {
  return JSON.stringify(
    servers.map(({ name, type, url, headers }) => [name, url, Object.entries(headers).sort(), type]),
  );
}
