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

/** Provides the files that the provided command needs. */
export interface SessionBridge {
  /** Writes the script to its place. */
  place(): Promise<void>;
  /** Returns the command. It is the same each time and contains no secret. */
  command(server: string): ProvidedCommand;
  window(parts: {
    readonly folders: () => readonly string[];
    /** Starts listening, and returns the address. */
    readonly address: () => Promise<Endpoint>;
    readonly clock: Clock;
    readonly log: Log;
  }): WindowAnnouncement;
}

/** The provider's ID, as in package.json. */
const definitionProviderId = 'mcpOAuthBroker.servers';

/**
 * A definition as it is provided. In an editor without stdio servers, it has an address at which nothing
 * listens.
 */
export type ProvidedDefinition = vscode.McpStdioServerDefinition | vscode.McpHttpServerDefinition;

/**
 * Provides the configured servers to VS Code as MCP servers. The editor stores what `provide` returns on
 * disk, so a provided definition contains neither an address nor a key. VS Code's own chat calls `resolve` to
 * get these before every start of a server, and does not store them. Its agent host (the sessions of Copilot,
 * Claude and Codex) never calls it and runs the provided definition, which therefore is a command that finds
 * a window by itself.
 */
export class McpServerDefinitions
  implements vscode.McpServerDefinitionProvider<ProvidedDefinition>, Disposable
{
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscription: Disposable;
  readonly #window: AnnouncedWindow;
  #provided: string;

  /**
   * Fires only if a definition has changed, because the editor then stops the running server, even during a
   * call.
   */
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

  /** @throws Error if the server is no longer configured; its message reaches the model */
  async resolveMcpServerDefinition(definition: ProvidedDefinition): Promise<vscode.McpHttpServerDefinition> {
    const server = this.settings.find(definition.label);
    if (server === undefined) {
      throw new Error(
        vscode.l10n.t('“{0}” is no longer in the setting mcpOAuthBroker.servers.', definition.label),
      );
    }
    const { url, key } = await this.endpoints.endpointFor(server);
    // A new object is needed, because the editor does not notice changes in the object that it passed.
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

  /** Writes the script. If this fails, sessions outside the editor fail, but the editor's own chat works. */
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

/**
 * Returns a version that changes with the server, because the editor cannot tell that from the definition
 * alone; header values are hashed.
 */
async function version(server: ServerConfig): Promise<string> {
  return (await sha256(identity([server]))).slice(0, 16);
}

function identity(servers: readonly ServerConfig[]): string {
  return JSON.stringify(
    servers.map(({ name, type, url, headers }) => [name, url, Object.entries(headers).sort(), type]),
  );
}
