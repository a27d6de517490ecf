import * as vscode from 'vscode';
import { errorName } from '../base/errorName.js';
import type { Clock, Disposable } from '../base/clock.js';
import type { Log } from '../base/log.js';
import type { ServerConfig } from '../broker/settings/serverSettings.js';
import { sha256 } from '../base/sha256.js';
import { registerMcpServers } from './adapters/editorFeatures.js';
import type { Endpoint, Endpoints } from './adapters/endpoints.js';
import type { EditorServerSettings } from './settings/serverSettings.js';
import {
  AnnouncedWindow,
  folderPaths,
  hasStdioServers,
  type WindowAnnouncement,
} from './agents/announcedWindow.js';

interface ProvidedCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface DefinitionParts {
  readonly clock: Clock;
  readonly log: Log;
  /** Why sessions of the agent host cannot call, if they run on another machine than the extension. */
  readonly sessionsNote?: string | undefined;
}

/** What the provided command needs on disk. */
export interface SessionBridge {
  /** Puts the script in its place. */
  place(): Promise<void>;
  /** The same each time, and without a secret. */
  command(server: string): ProvidedCommand;
  window(parts: {
    readonly folders: () => readonly string[];
    /** Begins to listen. */
    readonly address: () => Promise<Endpoint>;
    readonly clock: Clock;
    readonly log: Log;
  }): WindowAnnouncement;
}

/** As in package.json. */
const definitionProviderId = 'mcpOAuthBroker.servers';

/** As an editor without stdio servers gets it, it has an address where nothing listens. */
export type ProvidedDefinition = vscode.McpStdioServerDefinition | vscode.McpHttpServerDefinition;

/**
 * The configured servers as VS Code's MCP servers. What `provide` gives is kept by the editor on disk, and holds no
 * address and no key. VS Code's own chat asks `resolve` for those before every start of a server, and does not keep
 * them. Its agent host (the sessions of Copilot, Claude and Codex) never asks: it runs what was provided, so that is
 * a command that finds a window by itself.
 */
export class McpServerDefinitions
  implements vscode.McpServerDefinitionProvider<ProvidedDefinition>, Disposable
{
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscription: Disposable;
  readonly #window: AnnouncedWindow;
  #provided: string;

  /** A changed definition stops a running server in mid-call, so this fires for nothing less. */
  readonly onDidChangeMcpServerDefinitions = this.#changed.event;

  constructor(
    private readonly settings: EditorServerSettings,
    private readonly endpoints: Endpoints,
    private readonly bridge: SessionBridge,
    private readonly parts: DefinitionParts,
  ) {
    const address = () => endpoints.agentHostAddress();
    const announcement = bridge.window({ ...parts, folders: folderPaths, address });
    this.#window = new AnnouncedWindow(announcement, settings, parts.log);
    this.#provided = identity(settings.servers);
    this.#subscription = settings.onDidChange(({ servers }) => {
      const now = identity(servers);
      if (now === this.#provided) return;
      this.#provided = now;
      this.#changed.fire();
    });
  }

  async provideMcpServerDefinitions(): Promise<ProvidedDefinition[]> {
    const { servers } = this.settings;
    if (servers.length > 0) await this.#placeBridge();
    return Promise.all(servers.map((server) => this.#definition(server)));
  }

  /** @throws Error whose message reaches the model, if the server is no longer configured */
  async resolveMcpServerDefinition(definition: ProvidedDefinition): Promise<vscode.McpHttpServerDefinition> {
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

  async #definition(server: ServerConfig): Promise<ProvidedDefinition> {
    if (hasStdioServers()) {
      const { sessionsNote } = this.parts;
      const { command, args, env } =
        sessionsNote === undefined ? this.bridge.command(server.name) : failingCommand(sessionsNote);
      return new vscode.McpStdioServerDefinition(
        server.name,
        command,
        [...args],
        { ...env },
        await version(server),
      );
    }
    const placeholder = vscode.Uri.parse(`http://127.0.0.1:1/mcp/${encodeURIComponent(server.name)}`, true);
    return new vscode.McpHttpServerDefinition(server.name, placeholder, {}, await version(server));
  }

  /** Without the script, sessions outside of the editor fail, and the editor's own chat does not. */
  async #placeBridge(): Promise<void> {
    try {
      await this.bridge.place();
    } catch (error) {
      this.parts.log.warn(`The script for agent sessions could not be written (${errorName(error)}).`);
    }
  }

  dispose(): void {
    this.#window.dispose();
    this.#subscription.dispose();
    this.#changed.dispose();
  }
}

/** Fails with a sentence on standard error, on a machine where no file of the extension exists. */
function failingCommand(sentence: string): ProvidedCommand {
  return { command: 'sh', args: ['-c', 'echo "$1" >&2; exit 1', 'sh', sentence], env: {} };
}

/** Offers the servers to the editor's chat, if it takes any from extensions. */
export function registerDefinitions(definitions: McpServerDefinitions): Disposable {
  return registerMcpServers(definitionProviderId, definitions);
}

/** The definition alone would not tell the editor that the server is another; header values are hashed. */
async function version(server: ServerConfig): Promise<string> {
  return (await sha256(identity([server]))).slice(0, 16);
}

function identity(servers: readonly ServerConfig[]): string {
  return JSON.stringify(
    servers.map(({ name, type, url, headers }) => [name, url, Object.entries(headers).sort(), type]),
  );
}
