import * as vscode from 'vscode';
import { namesLeftInEditor } from '../../broker/imports/editorNames.js';
import { foundServers, type FoundServer, type KnownServers } from '../../broker/imports/foundServers.js';
import { freeName, importPlan, type ChosenServer, type ImportPlan } from '../../broker/imports/importPlan.js';
import { NotTakenBack, type Applied, type Imports } from '../../broker/imports/imports.js';
import { OtherFileFault, type OtherFile, type ReadFile } from '../../broker/imports/otherFiles.js';
import type { NamedServer, ServerConfig } from '../../broker/settings/serverSettings.js';
import { ConfigurationFault } from '../../mcpClients/configurationText.js';
import { Notifications, plain, type QuestionWindow } from '../adapters/notifications.js';
import type { EditorServerSettings } from '../settings/serverSettings.js';
import { SettingUnwritable } from '../settings/writeSetting.js';
import { faultText, notTakenBackText, placeText, problemText, serverRows } from './importTexts.js';
import type { OtherProgramFiles, ReadFiles } from './otherProgramFiles.js';
import { pickMany, type PickMany } from './pickMany.js';
import { needsReload, offerReload } from './reloadOffer.js';
import type { SignInToAll } from './signInToAll.js';
import { undoImport } from './undoImport.js';

export interface ImportServersParts {
  readonly files: OtherProgramFiles;
  readonly settings: EditorServerSettings;
  /** Returns the servers that are known now. */
  readonly known: () => KnownServers;
  readonly imports: Imports;
  readonly signInToAll: SignInToAll;
  /**
   * Prevents warnings about the copies of these servers that VS Code keeps, because the user has just
   * requested them.
   */
  readonly duplicatesWanted: (servers: readonly NamedServer[]) => Promise<void>;
}

type IsMoved = (file: OtherFile) => boolean;

/** “Import Servers…”: shows the servers of other programs, and imports the selected ones. */
export class ImportServers {
  readonly #notifications: Notifications;

  constructor(
    private readonly parts: ImportServersParts,
    private readonly window: QuestionWindow = vscode.window,
    private readonly pick: PickMany = pickMany,
  ) {
    this.#notifications = new Notifications(window);
  }

  async run(): Promise<void> {
    const { t } = vscode.l10n;
    const read = await this.parts.files.readAll();
    const { servers, faults } = foundServers(read.files, this.parts.known());
    const unread = unreadText(read, faults);
    if (servers.length === 0) {
      const nothing = t('VS Code and other programs have no remote MCP servers to import.');
      void this.#notifications.information([nothing, ...unread].join(' '));
      return;
    }
    if (unread.length > 0) void this.#notifications.warning(unread.join(' '));
    const rows = await this.pick(serverRows(servers), {
      title: t('Import MCP servers'),
      placeholder: t('Select servers. Nothing changes yet.'),
    });
    const chosen = (rows ?? []).flatMap(({ found }) => (found === undefined ? [] : [found]));
    if (chosen.length === 0) return;
    const isMoved = await this.#askMove(chosen);
    if (isMoved === undefined) return;
    const named = this.nameAll(chosen, namesLeftInEditor(read.files, chosen, isMoved));
    await this.apply(named, read.files, isMoved);
  }

  /**
   * Gives each server its own name if that is free, or otherwise a name with a number. The user is not asked
   * for each server: if VS Code keeps its entries, like those of a team's list, every name is taken. “Rename
   * Server…” changes the names.
   */
  nameAll(chosen: readonly FoundServer[], inEditor: readonly string[]): readonly ChosenServer[] {
    const taken = [...this.parts.settings.names, ...inEditor];
    return chosen.map((found) => {
      const name = freeName(found.name, taken);
      taken.push(name);
      return { found, name };
    });
  }

  /** @param note an addition to the report */
  async apply(
    named: readonly ChosenServer[],
    files: readonly ReadFile[],
    isMoved: IsMoved,
    note?: string,
  ): Promise<void> {
    const { t } = vscode.l10n;
    let plan: ImportPlan;
    let applied: Applied;
    try {
      plan = importPlan(named, files, isMoved);
      await this.parts.duplicatesWanted(named.map(({ name, found: { url } }) => ({ name, url })));
      applied = await this.parts.imports.apply(plan, 'import');
    } catch (error) {
      const nothing = t('Nothing was imported.');
      if (error instanceof SettingUnwritable || error instanceof ConfigurationFault)
        void this.#notifications.error(`${nothing} ${error.message}`);
      else if (error instanceof NotTakenBack) void this.#notifications.error(notTakenBackText(error));
      else if (error instanceof OtherFileFault)
        void this.#notifications.error(`${nothing} ${t('No backup could be made.')} ${faultText(error)}`);
      else throw error;
      return;
    }
    const servers = named.flatMap(({ name }) => this.parts.settings.find(name) ?? []);
    const needed = await this.parts.signInToAll.needed(servers);
    void this.#tell(named, applied, needed, note);
  }

  /** @returns whether to remove a file's entries; undefined if the user closed the question */
  async #askMove(chosen: readonly FoundServer[]): Promise<IsMoved | undefined> {
    const { t } = vscode.l10n;
    const files = chosen.flatMap(({ entries }) => entries.map(({ file }) => file));
    const labels = (kinds: readonly OtherFile['kind'][]) =>
      [...new Set(files.filter(({ kind }) => kinds.includes(kind)).map(({ label }) => label))].join(', ');
    const has = (kind: OtherFile['kind']) => files.some((file) => file.kind === kind);
    const move = (label: string, description: string, ...kinds: OtherFile['kind'][]) => ({
      label,
      description,
      detail: t('Removes the entries from {0}. A backup is kept, and you can undo it.', labels(kinds)),
      isMoved: ({ kind }: OtherFile) => kinds.includes(kind),
    });
    const copy = {
      label: t('Copy'),
      description: has('editor') ? '' : t('Recommended'),
      detail: has('editor')
        ? t('No other file changes. VS Code keeps its own entries and signs in to them itself.')
        : t('No other file changes. The other programs keep their servers.'),
      isMoved: () => false,
    };
    const others = has('program') || has('repository');
    const items = [
      ...(has('editor')
        ? [move(others ? t('Move from VS Code, copy the rest') : t('Move'), t('Recommended'), 'editor')]
        : [copy]),
      ...(has('program') ? [move(has('editor') ? t('Move all') : t('Move'), '', 'editor', 'program')] : []),
      ...(has('repository')
        ? [
            move(
              t('Move, including from this workspace’s files'),
              t('Changes files that your team shares'),
              'editor',
              'program',
              'repository',
            ),
          ]
        : []),
      ...(has('editor') ? [copy] : []),
    ];
    const title = t('Import {0} MCP servers', chosen.length);
    const placeHolder = t('Move the entries, or copy them?');
    return (await this.window.showQuickPick(items, { title, placeHolder, ignoreFocusOut: true }))?.isMoved;
  }

  async #tell(
    named: readonly ChosenServer[],
    { files, problems }: Applied,
    needed: readonly ServerConfig[],
    note?: string,
  ): Promise<void> {
    const { t } = vscode.l10n;
    const names = named
      .map(({ name, found }) => (name === found.name ? name : t('{0} as “{1}”', plain(found.name), name)))
      .join(', ');
    const backups = files.flatMap(({ backup }) => (backup === undefined ? [] : [placeText(backup)]));
    const text = [
      t('Imported: {0}.', names),
      ...(needed.length > 0 ? [t('Sign-in needed: {0}.', needed.map(({ name }) => name).join(', '))] : []),
      ...problems.map(problemText),
      // Entries that were moved may have contained secrets.
      ...(backups.length > 0 ? [t('A backup is kept in {0}, including secrets.', backups.join(', '))] : []),
      ...(note === undefined ? [] : [note]),
    ].join(' ');
    const signIn = needed.length > 1 ? t('Sign In to All') : t('Sign In');
    const undo = t('Undo');
    const buttons = [...(needed.length > 0 ? [signIn] : []), undo];
    const choice =
      problems.length > 0
        ? await this.#notifications.warning(text, ...buttons)
        : await this.#notifications.information(text, ...buttons);
    if (choice === undo) return undoImport(this.parts.imports, this.window);
    if (choice === signIn) await this.parts.signInToAll.run(needed);
    if (needsReload(files)) await offerReload(this.#notifications, t('The servers were moved.'));
  }
}

function unreadText(
  read: ReadFiles,
  faults: readonly { readonly file: OtherFile; readonly message: string }[],
) {
  const { t } = vscode.l10n;
  return [
    ...read.faults.map(({ file, fault }) => ({ label: file.label, message: faultText(fault) })),
    ...faults.map(({ file, message }) => ({ label: file.label, message })),
  ].map(({ label, message }) => t('{0} was skipped: {1}', label, message));
}
