import * as vscode from 'vscode';
import { without } from '../../broker/imports/importPlan.js';
import type { Imports } from '../../broker/imports/imports.js';
import { OtherFileFault } from '../../broker/imports/otherFiles.js';
import { ConfigurationFault } from '../../mcpClients/configurationText.js';
import { mcpClients } from '../../mcpClients/mcpClient.js';
import { Notifications, type NotificationWindow } from '../adapters/notifications.js';
import { faultText, placeText, problemText } from './importTexts.js';
import type { ReadFiles } from './otherProgramFiles.js';
import { needsReload, offerReload } from './reloadOffer.js';
import { undoImport } from './undoImport.js';

interface RemoveOtherServerParts {
  readonly files: { readAll(): Promise<ReadFiles> };
  readonly imports: Imports;
}

/**
 * Removes a server from a file of VS Code, so that the broker's server with the same name or address is the only one.
 * The file is backed up, and the removal can be undone. The user is asked first if a team shares the file.
 */
export class RemoveOtherServer {
  readonly #notifications: Notifications;

  constructor(
    private readonly parts: RemoveOtherServerParts,
    private readonly window: Partial<NotificationWindow> = vscode.window,
  ) {
    this.#notifications = new Notifications(window);
  }

  /** @param uri of the file */
  async run(uri: vscode.Uri, name: string): Promise<void> {
    const { t } = vscode.l10n;
    const read = (await this.parts.files.readAll()).files.find(({ file }) => file.uri === uri.toString());
    if (read === undefined) {
      await vscode.window.showTextDocument(uri);
      return;
    }
    const { file, text } = read;
    if (file.kind === 'repository' && !(await this.#confirms(file.label, name))) return;
    const { collection, format } = mcpClients[file.client];
    const path = [collection, name];
    try {
      const after = without(text, format, [path]);
      const edit = { file, before: text, after, removed: [path], added: [] };
      const plan = { entries: {}, secrets: [], edits: [edit] };
      const { files, problems } = await this.parts.imports.apply(plan, 'removal');
      const [changed] = files;
      if (problems.length > 0 || changed?.backup === undefined) {
        void this.#notifications.error(problems.map(problemText).join(' '));
        return;
      }
      const removed = t('Removed “{0}” from {1}.', name, file.label);
      const undo = t('Undo');
      const message = `${removed} ${t('The backup is {0}.', placeText(changed.backup))}`;
      const choice = await this.#notifications.information(message, undo);
      if (choice === undo) await undoImport(this.parts.imports, this.window);
      else if (needsReload(files)) await offerReload(this.#notifications, removed);
    } catch (error) {
      if (!(error instanceof ConfigurationFault || error instanceof OtherFileFault)) throw error;
      const why = error instanceof OtherFileFault ? faultText(error) : error.message;
      void this.#notifications.error(t('{0} wasn’t changed: {1}', file.label, why));
    }
  }

  async #confirms(label: string, name: string): Promise<boolean> {
    const { t } = vscode.l10n;
    const remove = t('Remove');
    const question = t('Remove “{0}” from {1}?', name, label);
    return (await this.#notifications.modal(question, t('Your team shares this file.'), remove)) === remove;
  }
}
