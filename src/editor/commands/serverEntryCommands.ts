import * as vscode from 'vscode';
import { accountLabel } from '../../broker/accounts/credential.js';
import type { CredentialStore } from '../../broker/accounts/credentialStore.js';
import { displacingList, type OtherServerList } from '../../broker/settings/displacedServers.js';
import { serverNameFault, type ServerConfig } from '../../broker/settings/serverSettings.js';
import { commandId, type CommandId, type Commands } from '../adapters/commands.js';
import { ConfiguredServerChoice } from './configuredServerChoice.js';
import { Notifications, type QuestionWindow } from '../adapters/notifications.js';
import { nameTakenBy } from './serverName.js';
import { ServerChanges, type ServerChangeParts, type Undo } from './serverChanges.js';
import { describeSignOut } from '../signIn/signOutReport.js';
import { SettingUnwritable } from '../settings/writeSetting.js';

export interface ServerEntryCommandParts extends ServerChangeParts {
  readonly credentials: CredentialStore;
  /** Returns the servers that the editor has from other sources, whose names are taken. */
  readonly otherLists: () => readonly OtherServerList[];
  readonly window?: QuestionWindow;
}

/** Registers “Rename Server…”, “Disable Server…”, “Enable Server…” and “Remove Server…”. */
export function registerServerEntryCommands(commands: Commands, parts: ServerEntryCommandParts): void {
  const dialogues = new ServerEntryDialogues(parts);
  commands.register('renameServer', (row) => dialogues.rename(row));
  commands.register('disableServer', (row) => dialogues.setDisabled(row, true));
  commands.register('enableServer', (row) => dialogues.setDisabled(row, false));
  commands.register('removeServer', (row) => dialogues.remove(row));
}

/** The questions and reports of these commands. Each report of a change has a button that undoes it. */
export class ServerEntryDialogues {
  readonly #notifications: Notifications;
  readonly #choice: ConfiguredServerChoice;
  readonly #changes: ServerChanges;

  constructor(private readonly parts: ServerEntryCommandParts) {
    const { window = vscode.window, settings } = parts;
    this.#notifications = new Notifications(window);
    this.#choice = new ConfiguredServerChoice(settings, window);
    this.#changes = new ServerChanges(parts);
  }

  async rename(row: unknown): Promise<void> {
    const { t } = vscode.l10n;
    const server = await this.#choice.choose(row, t('Rename which MCP server?'));
    if (server === undefined) return;
    const typed = await this.#notifications.input({
      title: t('Rename {0}', server.name),
      prompt: t(
        'The name shown in the chat, the server list, and your settings. Sign-ins and tool rules are kept.',
      ),
      value: server.name,
      ignoreFocusOut: true,
      validateInput: (text) => this.#nameProblem(text.trim(), server),
    });
    const name = typed?.trim();
    if (name === undefined || name === server.name || this.#nameProblem(name, server) !== undefined) return;
    const undo = await this.#changes.rename(server, name);
    this.#tell(t('“{0}” is now “{1}”.', server.name, name), undo);
  }

  async setDisabled(row: unknown, isDisabled: boolean): Promise<void> {
    const { t } = vscode.l10n;
    const server = isDisabled
      ? await this.#choice.choose(row, t('Disable which MCP server?'), 'enabled')
      : await this.#choice.choose(row, t('Enable which MCP server?'), 'disabled');
    if (server === undefined) return;
    const undo = await this.#changes.setDisabled(server, isDisabled);
    const told = isDisabled
      ? t('“{0}” is disabled. Its sign-ins are kept.', server.name)
      : t('“{0}” is enabled.', server.name);
    this.#tell(told, undo);
  }

  async remove(row: unknown): Promise<void> {
    const { t } = vscode.l10n;
    const server = await this.#choice.choose(row, t('Remove which MCP server?'));
    if (server === undefined) return;
    const signOut = await this.#askToRemove(server);
    if (signOut === undefined) return;
    const { receipts, undo } = await this.#changes.remove(server, signOut);
    const incomplete = receipts
      .map((receipt) => describeSignOut(server, receipt))
      .filter((one) => !one.complete);
    const told = [t('“{0}” was removed.', server.name), ...incomplete.map(({ message }) => message)].join(
      ' ',
    );
    this.#tell(told, undo, signOut && receipts.length > 0 ? () => this.#offerSignIn(server) : undefined);
  }

  /** @returns whether to sign out as well; undefined if the user cancelled */
  async #askToRemove(server: ServerConfig): Promise<boolean | undefined> {
    const { t } = vscode.l10n;
    const { settings, credentials } = this.parts;
    const question = t('Remove the MCP server “{0}”?', server.name);
    const plainRemove = t('Remove');
    const accounts = (await credentials.all(server.url)).map(accountLabel);
    const sharing = [...settings.servers, ...settings.disabled].find(
      ({ name, url }) => url === server.url && name !== server.name,
    );
    if (accounts.length === 0 || sharing !== undefined) {
      const detail =
        sharing === undefined
          ? t(
              'Its entry and tool rules are removed from your settings, and its client secret is deleted if it has one.',
            )
          : t(
              'Its entry and tool rules are removed from your settings. “{0}” has the same address and keeps the sign-ins.',
              sharing.name,
            );
      const choice = await this.#notifications.modal(question, detail, plainRemove);
      return choice === plainRemove ? sharing === undefined : undefined;
    }
    const signOut = t('Sign Out and Remove');
    const keep = t('Remove, Keep the Sign-Ins');
    const detail = [
      t('You are signed in as {0}.', accounts.join(', ')),
      t('Signing out revokes the tokens, including those of your agents, and can’t be undone.'),
      ...(server.oauth.clientId === undefined ? [] : [t('This also removes the client secret.')]),
      t('If you keep the sign-ins, they are used when you add this address again.'),
    ].join(' ');
    const choice = await this.#notifications.modal(question, detail, signOut, keep);
    if (choice === undefined) return undefined;
    return choice === signOut;
  }

  #nameProblem(name: string, server: ServerConfig): string | undefined {
    const { t } = vscode.l10n;
    if (name === server.name) return undefined;
    const fault = serverNameFault(name);
    if (fault !== undefined) return fault;
    const others = this.parts.settings.names.filter((one) => one !== server.name);
    if (nameTakenBy(name, others) !== undefined) return t('Another server already has this name.');
    const other = displacingList(name, this.parts.otherLists());
    return other && t('{0} has a server with this name, which VS Code would run instead.', other.file);
  }

  #tell(message: string, undo: Undo, undone: () => Promise<void> = () => Promise.resolve()): void {
    const button = vscode.l10n.t('Undo');
    const tell = async () => {
      if ((await this.#notifications.information(message, button)) !== button) return;
      try {
        await undo();
        await undone();
      } catch (error) {
        if (!(error instanceof SettingUnwritable)) throw error;
        await this.#notifications.error(error.message);
      }
    };
    void tell();
  }

  async #offerSignIn({ name }: ServerConfig): Promise<void> {
    const { t } = vscode.l10n;
    const signIn: CommandId = 'signIn';
    const button = t('Sign In');
    const told = t('“{0}” is back. Sign in again to use it.', name);
    if ((await this.#notifications.information(told, button)) === button)
      await vscode.commands.executeCommand(commandId(signIn), name);
  }
}
