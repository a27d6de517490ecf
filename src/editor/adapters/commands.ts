import * as vscode from 'vscode';
import { errorName } from '../../base/errorName.js';
import type { Disposable } from '../../base/clock.js';
import type { Log } from '../../base/log.js';
import { notifications } from './notifications.js';

/** The IDs of the extension's commands; package.json contributes the same ones. */
export type CommandId =
  | 'addServer'
  | 'signIn'
  | 'signOut'
  | 'switchAccount'
  | 'removeAccount'
  | 'renameAccount'
  | 'dismissAttempt'
  | 'removeServer'
  | 'renameServer'
  | 'disableServer'
  | 'enableServer'
  | 'showServers'
  | 'checkServer'
  | 'showLog'
  | 'copyInstallBadge'
  | 'copyServerUrl'
  | 'openSettings'
  | 'takeOverSettings'
  | 'importServers'
  | 'exportServers'
  | 'undoImport'
  | 'cancelSignIn'
  | 'pasteCallback'
  | 'grantScopes'
  | 'diagnoseServer'
  | 'signInWithScopes'
  | 'signInWithCode'
  | 'setClientId'
  | 'setClientKey'
  | 'setToolRule'
  | 'setClientSecret'
  | 'createClientMetadataDocument'
  | 'signInToIdentityProvider'
  | 'signOutOfIdentityProvider'
  | 'admitAgent'
  | 'connectAgent'
  | 'rotateAgentKey'
  | 'withdrawAgent'
  | 'grantAgent'
  | 'declineAgent'
  | 'agentsPort'
  | 'connectClient'
  | 'disconnectClient'
  | 'showClientConfiguration'
  | 'showToolCalls'
  | 'exportToolCalls'
  | 'clearToolCalls';

/** Returns the complete ID, as menus and links use it. */
export function commandId(id: CommandId): string {
  return `mcpOAuthBroker.${id}`;
}

/** A failure whose message is sufficient for the user, without the log. */
export class ExplainedFailure extends Error {}

/** Registers commands under known IDs, and notifies the user if one fails unexpectedly. */
export class Commands implements Disposable {
  readonly #registered: vscode.Disposable[] = [];

  constructor(private readonly log: Log) {}

  /** @param run receives a menu's argument: the row that the command was run on, if there is one */
  register(id: CommandId, run: (row: unknown) => Promise<unknown>): void {
    this.#registered.push(
      vscode.commands.registerCommand(commandId(id), async (row: unknown) => {
        try {
          return await run(row);
        } catch (error) {
          return this.#failed(id, error);
        }
      }),
    );
  }

  dispose(): void {
    for (const command of this.#registered.splice(0)) command.dispose();
  }

  async #failed(id: CommandId, error: unknown): Promise<void> {
    if (error instanceof ExplainedFailure) {
      await notifications.error(error.message);
      return;
    }
    // Only the name is logged: the message of an unexpected error may contain secrets.
    const name = errorName(error);
    this.log.error(`The command ${id} failed unexpectedly (${name}).`);
    const showLog = vscode.l10n.t('Show Log');
    const choice = await notifications.error(
      vscode.l10n.t('MCP OAuth Broker couldn’t do this ({0}). For details, see the log.', name),
      showLog,
    );
    if (choice === showLog) await vscode.commands.executeCommand(commandId('showLog'));
  }
}
