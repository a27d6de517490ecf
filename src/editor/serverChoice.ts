import * as vscode from 'vscode';
import type { ConsentStatus } from '../broker/consentStatus.js';
import type { ServerConfig } from '../broker/serverSettings.js';
import { commandId } from './commands.js';
import { notifications } from './notifications.js';
import { plain } from './plainWords.js';
import type { EditorServerSettings } from './serverSettings.js';
import type { ServerStatus, ServerStatuses } from './serverStatuses.js';
import { briefStatus, describeStatus, statusWords } from './statusWords.js';

interface ServerItem extends vscode.QuickPickItem {
  readonly entry: ServerStatus;
}

/** Finds out which server a command is about: the row it was chosen at, the only one there is, or the person's pick. */
export class ServerChoice {
  constructor(
    private readonly settings: EditorServerSettings,
    private readonly statuses: ServerStatuses,
  ) {}

  /**
   * @param row what the menu passed: a tree row, a server's name, or nothing
   * @param fits servers the command makes sense for; where none fits, `nothingFits` is shown
   * @returns undefined where the person closed the list or there is none to choose from
   */
  async choose(
    row: unknown,
    placeHolder: string,
    fits: (status: ConsentStatus) => boolean = () => true,
    nothingFits?: string,
  ): Promise<ServerConfig | undefined> {
    const named = this.#named(row);
    if (named !== undefined) return named;
    const all = await this.statuses.all();
    if (all.length === 0) return void offerToAdd();
    const fitting = all.filter(({ status }) => fits(status));
    const [only] = fitting;
    if (only === undefined) {
      if (nothingFits !== undefined) void notifications.information(nothingFits);
      return undefined;
    }
    if (fitting.length === 1) return only.server;
    const picked = await vscode.window.showQuickPick(fitting.map(serverItem), {
      placeHolder,
      matchOnDescription: true,
    });
    return picked?.entry.server;
  }

  #named(row: unknown): ServerConfig | undefined {
    if (typeof row === 'string') return this.settings.find(row);
    if (typeof row !== 'object' || row === null || !('server' in row)) return undefined;
    const { server } = row;
    if (typeof server !== 'object' || server === null || !('name' in server)) return undefined;
    return this.settings.find(String(server.name));
  }
}

/** One server in a list: its name, status and account. */
export function serverItem(entry: ServerStatus): ServerItem {
  const { server, status } = entry;
  const words = statusWords(status.status);
  return {
    entry,
    label: `$(${words.icon}) ${plain(server.name)}`,
    description: plain(briefStatus(status)),
    detail: plain(status.detail ?? (status.missing.length > 0 ? describeStatus(status) : server.url)),
  };
}

async function offerToAdd(): Promise<void> {
  const add = vscode.l10n.t('Add Server…');
  const choice = await notifications.information(
    vscode.l10n.t('No MCP server is configured for MCP OAuth Broker yet.'),
    add,
  );
  if (choice === add) await vscode.commands.executeCommand(commandId('addServer'));
}
