import * as vscode from 'vscode';
import { checkWithUser, type CheckWithUserParts } from '../../broker/signIn/checkServer.js';
import type { ServerConfig } from '../../broker/settings/serverSettings.js';
import type { DiagnoseServer } from './diagnoseServer.js';
import { commandId, type Commands } from '../adapters/commands.js';
import { notifications } from '../adapters/notifications.js';
import type { OutputLog } from '../adapters/outputLog.js';
import { showServerActions } from '../views/serverActions.js';
import type { ServerChoice } from '../signIn/serverChoice.js';
import { openServerSettings, type EditorServerSettings } from '../settings/serverSettings.js';
import type { ServerStatuses } from '../views/serverStatuses.js';
import type { TakeOverSettings } from '../settings/takeOverSettings.js';
import { actionAfterCheck, describeStatus } from '../views/statusTexts.js';

export interface ServerCommandParts extends CheckWithUserParts {
  readonly choice: ServerChoice;
  readonly statuses: ServerStatuses;
  readonly settings: EditorServerSettings;
  readonly log: OutputLog;
  readonly diagnosis: DiagnoseServer;
  readonly takeOver: TakeOverSettings;
}

/**
 * Registers “Show Servers”, “Check Server…”, “Copy Server Address…”, “Open Settings”, “Import Settings…” and
 * “Show Log”.
 */
export function registerServerCommands(commands: Commands, parts: ServerCommandParts): void {
  const { t } = vscode.l10n;
  commands.register('showLog', () => {
    parts.log.show();
    return Promise.resolve();
  });
  commands.register('openSettings', async () => openServerSettings());
  commands.register('takeOverSettings', () => parts.takeOver.run());
  commands.register('showServers', () => showServerActions(parts.statuses, parts.settings));
  commands.register('checkServer', async (row) => {
    const server = await parts.choice.choose(row, t('Check which MCP server?'));
    if (server !== undefined) await check(server, parts);
  });
  commands.register('diagnoseServer', async (row) => {
    const server = await parts.choice.choose(row, t('Diagnose which MCP server?'));
    if (server !== undefined) await parts.diagnosis.run(server);
  });
  commands.register('copyServerUrl', async (row) => {
    const server = await parts.choice.choose(row, t('Copy the address of which MCP server?'));
    if (server !== undefined) await vscode.env.clipboard.writeText(server.url);
  });
}

async function check(server: ServerConfig, parts: ServerCommandParts): Promise<void> {
  const title = vscode.l10n.t('Asking {0}…', new URL(server.url).host);
  await notifications.progress(title, async (_say, token) => {
    const abort = new AbortController();
    token.onCancellationRequested(() => abort.abort());
    try {
      await checkWithUser(server, parts, abort.signal);
    } catch (error) {
      if (!abort.signal.aborted) throw error;
    }
  });
  const status = await parts.states.statusOf(server);
  const action = actionAfterCheck(status);
  const buttons = action === undefined ? [] : [action.title];
  void notifications.information(describeStatus(status), ...buttons).then((choice) => {
    if (choice !== undefined && action !== undefined) {
      void vscode.commands.executeCommand(commandId(action.command), server.name);
    }
  });
}
