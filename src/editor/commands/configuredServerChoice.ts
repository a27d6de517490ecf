import { defined } from '../../base/defined.js';
import * as vscode from 'vscode';
import type { ServerConfig } from '../../broker/settings/serverSettings.js';
import { plain, type ChoiceWindow } from '../adapters/notifications.js';
import type { EditorServerSettings } from '../settings/serverSettings.js';

/** Determines the configured server that a command applies to, including disabled servers. */
export class ConfiguredServerChoice {
  constructor(
    private readonly settings: EditorServerSettings,
    private readonly window: ChoiceWindow = vscode.window,
  ) {}

  /**
   * @param row the menu's argument: a tree row, a server's name, or undefined
   * @param which selects the servers that the command applies to
   * @returns undefined if the user closed the list or there is no server to choose
   */
  async choose(
    row: unknown,
    placeHolder: string,
    which: 'all' | 'enabled' | 'disabled' = 'all',
  ): Promise<ServerConfig | undefined> {
    const { servers, disabled } = this.settings;
    const fitting = [...(which === 'disabled' ? [] : servers), ...(which === 'enabled' ? [] : disabled)];
    const name = serverNameIn(row);
    if (name !== undefined) return fitting.find((server) => server.name === name);
    if (fitting.length < 2) return fitting[0];
    const items = fitting.map((server) =>
      defined({
        label: plain(server.name),
        description: disabled.includes(server) ? vscode.l10n.t('Disabled') : undefined,
        detail: plain(server.url),
        server,
      }),
    );
    return (await this.window.showQuickPick(items, { placeHolder, matchOnDetail: true }))?.server;
  }
}

/** Returns the name of the server in a command's argument, if there is one. */
export function serverNameIn(row: unknown): string | undefined {
  if (typeof row === 'string') return row;
  if (typeof row !== 'object' || row === null || !('server' in row)) return undefined;
  const { server } = row;
  if (typeof server !== 'object' || server === null || !('name' in server)) return undefined;
  return String(server.name);
}
