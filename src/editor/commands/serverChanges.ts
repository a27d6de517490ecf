import * as vscode from 'vscode';
import type { AgentAdmissions } from '../../broker/agents/agentAdmissions.js';
import type { ClientSecrets } from '../../broker/clients/clientSecrets.js';
import {
  placedEntry,
  withEntryAt,
  withoutEntry,
  withRenamedEntry,
} from '../../broker/settings/serverEntries.js';
import type { ServerConfig } from '../../broker/settings/serverSettings.js';
import type { SignOutReceipt, SignOuts } from '../../broker/signIn/signOut.js';
import type { PersonalSignIn } from '../signIn/personalSignIn.js';
import type { EditorServerSettings } from '../settings/serverSettings.js';
import type { EditorToolRules } from '../settings/toolRuleSettings.js';
import { SettingUnwritable } from '../settings/writeSetting.js';

export interface ServerChangeParts {
  readonly settings: EditorServerSettings;
  readonly toolRules: EditorToolRules;
  readonly signOuts: SignOuts;
  readonly personalSignIn: { readonly cancel: PersonalSignIn['cancel'] };
  readonly clientSecrets: ClientSecrets;
  readonly admissions: AgentAdmissions;
}

/**
 * Undoes a change.
 *
 * @throws SettingUnwritable if the settings have changed since in a way that prevents it
 */
export type Undo = () => Promise<void>;

/**
 * Changes a server's entry and all data that is stored by its name. Sign-ins, the chosen account, client
 * secrets and learned facts about tools are stored by the server's address, so that renaming does not affect
 * them.
 */
export class ServerChanges {
  constructor(private readonly parts: ServerChangeParts) {}

  /** @throws SettingUnwritable if the setting cannot be written */
  async rename(server: ServerConfig, to: string): Promise<Undo> {
    const { toolRules } = this.parts;
    const from = server.name;
    const before = { from: toolRules.written(from), to: toolRules.written(to) };
    await this.#rename(server, from, to, before.from);
    return async () => {
      await this.#rename(server, to, from, before.from);
      await toolRules.write(to, before.to);
    };
  }

  /** @throws SettingUnwritable if the setting cannot be written */
  async setDisabled(server: ServerConfig, isDisabled: boolean): Promise<Undo> {
    const { settings, personalSignIn } = this.parts;
    if (isDisabled) personalSignIn.cancel(server);
    await settings.setDisabled(server.name, isDisabled);
    return () => settings.setDisabled(server.name, !isDisabled);
  }

  /**
   * Removes a server, and signs out of it first if requested. The order matters: the mark that prevents an
   * ended sign-in from returning is removed with the server's entry, and a mark that is set later would never
   * be removed.
   *
   * @returns the result for each sign-in that was ended
   * @throws SettingUnwritable if the setting cannot be written
   */
  async remove(
    server: ServerConfig,
    signOut: boolean,
  ): Promise<{ readonly receipts: readonly SignOutReceipt[]; readonly undo: Undo }> {
    const { settings, toolRules, signOuts, personalSignIn, clientSecrets } = this.parts;
    const { name, oauth } = server;
    const placed = placedEntry(settings.entries, name);
    if (placed === undefined) throw isGone(name);
    personalSignIn.cancel(server);
    const receipts = signOut ? await signOuts.signOutOfAll(server) : [];
    const rules = toolRules.written(name);
    await this.#takeOut(name, receipts.length > 0);
    // The rules are removed after the entry, so that no call of the server runs without its rules.
    await toolRules.write(name, undefined);
    let putBack: Undo = () => Promise.resolve();
    if (signOut && oauth.clientId !== undefined) {
      putBack = await clientSecrets.restorePoint(server, oauth.clientId);
      await clientSecrets.remove(server, oauth.clientId);
      await clientSecrets.removeKey(server, oauth.clientId);
    }
    const undo = async () => {
      if (settings.names.includes(name)) throw isThere(name);
      await toolRules.write(name, rules);
      await putBack();
      await settings.change((entries) => withEntryAt(entries, placed));
    };
    return { receipts, undo };
  }

  /**
   * @throws SettingUnwritable if the setting cannot be written; its message also describes what has been done
   *   and cannot be undone
   */
  async #takeOut(name: string, isSignedOut: boolean): Promise<void> {
    try {
      await this.parts.settings.change((entries) => withoutEntry(entries, name));
    } catch (error) {
      if (!(error instanceof SettingUnwritable) || !isSignedOut) throw error;
      const done = vscode.l10n.t('You are signed out of “{0}”, which is still in your settings.', name);
      throw new SettingUnwritable(`${done} ${error.message}`, { cause: error });
    }
  }

  /**
   * Renames the entry. Until the entry has the new name, the rules apply under both names, so that no call
   * runs without them.
   */
  async #rename({ url }: ServerConfig, from: string, to: string, rules: unknown): Promise<void> {
    const { settings, toolRules, admissions } = this.parts;
    const server = [...settings.servers, ...settings.disabled].find(({ name }) => name === from);
    if (!settings.names.includes(from)) throw isGone(from);
    if (settings.names.includes(to)) throw isThere(to);
    if (server !== undefined) this.parts.personalSignIn.cancel(server);
    await toolRules.write(to, rules);
    await admissions.serverRenamed(url, from);
    await settings.change((entries) => withRenamedEntry(entries, from, to));
    await toolRules.write(from, undefined);
  }
}

function isGone(name: string): SettingUnwritable {
  return new SettingUnwritable(vscode.l10n.t('The server “{0}” is no longer in the settings.', name));
}

function isThere(name: string): SettingUnwritable {
  return new SettingUnwritable(vscode.l10n.t('Your settings already have a server named “{0}”.', name));
}
