import { defined } from '../../base/defined.js';
import * as vscode from 'vscode';
import type { ClientConnection } from '../../broker/agents/clientConnection.js';
import type {
  ClientConnections,
  ConnectionPlan,
  ServerToConnect,
} from '../../broker/agents/clientConnections.js';
import type { ServerConfig } from '../../broker/settings/serverSettings.js';
import { OtherFileFault } from '../../broker/imports/otherFiles.js';
import type { ConfigurationFile } from '../../mcpClients/configurationFiles.js';
import { ConfigurationFault } from '../../mcpClients/configurationText.js';
import {
  connectableClients,
  entryName,
  freeEntryName,
  type ConnectableClient,
} from '../../mcpClients/connectionEntry.js';
import { mcpClients } from '../../mcpClients/mcpClient.js';
import { AdmitAgent, type AdmitAgentParts, type AgentLimits } from '../agents/admitAgent.js';
import { faultText, placeText } from '../imports/importTexts.js';
import { Notifications, plain, type QuestionWindow } from '../adapters/notifications.js';

/** The configuration files of other vendors' clients on the machine that the extension runs on. */
interface ClientPrograms {
  readonly files: readonly ConfigurationFile[];
  /** Checks whether the program of such a file is installed, or was. */
  isPresent(file: ConfigurationFile): boolean;
}

export interface ConnectClientParts extends AdmitAgentParts {
  readonly connections: ClientConnections;
  readonly programs: ClientPrograms;
  /** The machine of the files, if the window works on a different one. */
  readonly filesNote: string | undefined;
  /** Shows the planned change of a file. */
  readonly preview: { show(plan: ConnectionPlan): Promise<void>; close(): Promise<void> };
}

interface ClientChoice extends vscode.QuickPickItem {
  readonly client: ConnectableClient;
  readonly uri: string;
  readonly connection: ClientConnection | undefined;
}

/**
 * “Connect Client…”: asks which client to connect to which servers, shows the planned changes, and writes
 * them only after the user agrees.
 */
export class ConnectClient {
  readonly #notifications: Notifications;

  constructor(
    private readonly parts: ConnectClientParts,
    private readonly window: QuestionWindow = vscode.window,
  ) {
    this.#notifications = new Notifications(window);
  }

  /** @returns the new connection; undefined if none was made */
  async run(): Promise<ClientConnection | undefined> {
    const { t } = vscode.l10n;
    if (this.parts.servers().length === 0) {
      void this.#notifications.information(t('Add an MCP server before you connect a client.'));
      return undefined;
    }
    const choice = await this.#client();
    if (choice === undefined) return undefined;
    const { client, uri, connection } = choice;
    const { name } = mcpClients[client];
    if (connection !== undefined) {
      void this.#notifications.information(
        t('{0} is already connected. Disconnect it before you connect it to other servers.', name),
      );
      return undefined;
    }
    const servers = await this.#servers(name);
    if (servers === undefined || servers.length === 0) return undefined;
    try {
      const named = await this.#names(client, uri, servers);
      if (named === undefined) return undefined;
      const plan = await this.parts.connections.plan(client, uri, named);
      const limits = await this.#review(plan, servers);
      await this.parts.preview.close();
      if (limits === undefined) return undefined;
      return await this.parts.connections.connect(plan, limits);
    } catch (error) {
      if (!(error instanceof ConfigurationFault) && !(error instanceof OtherFileFault)) throw error;
      await this.#refused(uri, error);
      return undefined;
    }
  }

  async #client(): Promise<ClientChoice | undefined> {
    const { t } = vscode.l10n;
    const { programs, filesNote } = this.parts;
    const connected = await this.parts.connections.all();
    const choices = connectableClients.flatMap((client) => {
      const file = programs.files.find((candidate) => candidate.client === client);
      if (file === undefined) return [];
      const connection = connected.find((other) => other.client === client);
      const isFound = programs.isPresent(file);
      const state = connection !== undefined ? t('connected') : isFound ? '' : t('not found on this machine');
      const choice = { label: mcpClients[client].name, description: state, detail: file.path };
      return [{ ...choice, client, uri: vscode.Uri.file(file.path).toString(), connection, isFound }];
    });
    return this.window.showQuickPick(
      // The sort is stable: programs that were found come first.
      choices.toSorted((one, other) => Number(other.isFound) - Number(one.isFound)),
      defined({
        title: t('Connect which client?'),
        placeHolder: filesNote,
        ignoreFocusOut: true,
      }),
    );
  }

  async #servers(clientName: string): Promise<readonly ServerConfig[] | undefined> {
    const { t } = vscode.l10n;
    const all = this.parts.servers();
    if (all.length === 1) return all;
    const items = all.map((server) => ({
      label: plain(server.name),
      detail: server.url,
      picked: true,
      server,
    }));
    const picked = await this.window.showQuickPick(items, {
      title: t('Which MCP servers may {0} call?', clientName),
      canPickMany: true,
      ignoreFocusOut: true,
    });
    return picked?.map(({ server }) => server);
  }

  /** @returns undefined if the user closed a question */
  async #names(
    client: ConnectableClient,
    uri: string,
    servers: readonly ServerConfig[],
  ): Promise<readonly ServerToConnect[] | undefined> {
    const present = await this.parts.connections.namesIn(client, uri);
    const named: ServerToConnect[] = [];
    for (const server of servers) {
      const given = new Set(named.map(({ name }) => name));
      const wanted = freeEntryName(entryName(client, server.name), given);
      const name = present.has(wanted)
        ? await this.#replacing(client, wanted, new Set([...present, ...given]))
        : wanted;
      if (name === undefined) return undefined;
      named.push({ server, name });
    }
    return named;
  }

  async #replacing(
    client: ConnectableClient,
    wanted: string,
    taken: ReadonlySet<string>,
  ): Promise<string | undefined> {
    const { t } = vscode.l10n;
    const other = freeEntryName(wanted, taken);
    const choices = [
      {
        label: t('Replace'),
        detail: t('The current server comes back when you disconnect the client.'),
        name: wanted,
      },
      { label: t('Use the Name {0}', other), detail: t('Keeps both servers.'), name: other },
    ];
    const title = t('{0} already has a server named “{1}”', mcpClients[client].name, wanted);
    return (await this.window.showQuickPick(choices, { title, ignoreFocusOut: true }))?.name;
  }

  /**
   * Shows the planned changes until the user agrees.
   *
   * @returns undefined if the user did not agree
   */
  async #review(plan: ConnectionPlan, servers: readonly ServerConfig[]): Promise<AgentLimits | undefined> {
    const { t } = vscode.l10n;
    const { client, uri, before } = plan;
    const file = placeText(uri);
    const names = plan.servers.map(({ name }) => name).join(', ');
    let limits: AgentLimits = { servers: servers.map(({ url }) => ({ url })) };
    let isLimited = false;
    for (;;) {
      const connect = {
        label: `$(check) ${t('Connect')}`,
        description: t('your key is not in the file'),
        detail:
          before === undefined
            ? t('Adds {1} to a new file, {0}.', file, names)
            : t('Adds {1} to {0}. A backup is kept next to it.', file, names),
      };
      const changes = {
        label: `$(diff) ${t('Show Changes')}`,
        detail: t('Compares the file with the changes.'),
      };
      const limit = {
        label: `$(settings-gear) ${t('Limit Its Access…')}`,
        detail: isLimited
          ? t('Limited as you chose.')
          : t('It can call every tool with the current account until you disconnect it.'),
      };
      const title = t('Connect {0}', mcpClients[client].name);
      const options = { title, ignoreFocusOut: true };
      const picked = await this.window.showQuickPick([connect, changes, limit], options);
      if (picked === undefined) return undefined;
      if (picked === connect) return limits;
      if (picked === changes) await this.parts.preview.show(plan);
      else {
        const chosen = await new AdmitAgent(this.parts, this.window).limits(servers);
        limits = chosen ?? limits;
        isLimited ||= chosen !== undefined;
      }
    }
  }

  async #refused(uri: string, error: ConfigurationFault | OtherFileFault): Promise<void> {
    const { t } = vscode.l10n;
    const open = t('Open File');
    const why = error instanceof OtherFileFault ? faultText(error) : error.message;
    const choice = await this.#notifications.error(t('{0} wasn’t changed: {1}', placeText(uri), why), open);
    if (choice === open) await vscode.window.showTextDocument(vscode.Uri.parse(uri));
  }
}
