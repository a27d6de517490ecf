import * as vscode from 'vscode';
import { exportedDocument, exportPlan, type ExportPlan } from '../../broker/imports/exportPlan.js';
import type { Imports } from '../../broker/imports/imports.js';
import { OtherFileFault, type OtherFile } from '../../broker/imports/otherFiles.js';
import type { ServerConfig } from '../../broker/settings/serverSettings.js';
import { ConfigurationFault } from '../../mcpClients/configurationText.js';
import { mcpClients } from '../../mcpClients/mcpClient.js';
import {
  copyToClipboard,
  Notifications,
  plainWhole,
  type QuestionWindow,
} from '../adapters/notifications.js';
import type { EditorServerSettings } from '../settings/serverSettings.js';
import { faultText, placeText, problemText } from './importTexts.js';
import type { OtherProgramFiles } from './otherProgramFiles.js';
import { pickMany, type ManyItem, type PickMany } from './pickMany.js';
import { undoImport } from './undoImport.js';

export interface ExportServersParts {
  readonly settings: EditorServerSettings;
  readonly files: OtherProgramFiles;
  readonly imports: Imports;
}

type Target =
  | { readonly kind: 'clipboard' }
  | { readonly kind: 'document' }
  | { readonly kind: 'file'; readonly file: OtherFile; readonly text: string | undefined };

/** “Export Servers…”: writes entries for another client, which then signs in without the broker. */
export class ExportServers {
  readonly #notifications: Notifications;

  constructor(
    private readonly parts: ExportServersParts,
    private readonly window: QuestionWindow = vscode.window,
    private readonly pick: PickMany = pickMany,
  ) {
    this.#notifications = new Notifications(window);
  }

  async run(): Promise<void> {
    const { t } = vscode.l10n;
    const { servers } = this.parts.settings;
    if (servers.length === 0) {
      void this.#notifications.information(t('There are no servers to export yet.'));
      return;
    }
    const rows = await this.pick(servers.map(rowOf), {
      title: t('Export MCP servers'),
      placeholder: t('Sign-ins and secrets are not exported.'),
    });
    const chosen = (rows ?? []).map(({ server }) => server);
    if (chosen.length === 0) return;
    const target = await this.#askTarget(chosen.length);
    if (target?.kind === 'clipboard')
      await copyToClipboard(exportedDocument(chosen, 'vscode'), t('The content of an mcp.json'));
    else if (target?.kind === 'document') await showDocument(exportedDocument(chosen, 'vscode'));
    else if (target !== undefined) await this.#write(chosen, target.file, target.text);
  }

  async #askTarget(count: number): Promise<Target | undefined> {
    const { t } = vscode.l10n;
    const { programFiles, store } = this.parts.files;
    const targets = await Promise.all(
      programFiles.map(async (file) => {
        const read = await store.read(file.uri).then(
          (text) => ({ text }),
          () => undefined,
        );
        return read === undefined ? [] : [{ kind: 'file' as const, file, text: read.text }];
      }),
    );
    const files = targets.flat().map((target) => ({
      label: mcpClients[target.file.client].name,
      description: target.file.label,
      detail: target.text === undefined ? t('The file will be created.') : '',
      target,
    }));
    const items = [
      ...files.filter(({ target }) => target.text !== undefined),
      {
        label: t('Clipboard'),
        description: t('As an mcp.json file for VS Code'),
        target: { kind: 'clipboard' } as const,
      },
      {
        label: t('New document'),
        description: t('As an mcp.json file for VS Code'),
        target: { kind: 'document' } as const,
      },
      ...files.filter(({ target }) => target.text === undefined),
    ];
    const title = t('Export {0} MCP servers to', count);
    return (await this.window.showQuickPick(items, { title, matchOnDescription: true }))?.target;
  }

  async #write(servers: readonly ServerConfig[], file: OtherFile, text: string | undefined): Promise<void> {
    const { t } = vscode.l10n;
    let plan: ExportPlan;
    try {
      plan = exportPlan(servers, file, text);
      if (plan.edit === undefined) {
        void this.#notifications.information(t('{0} already has these servers.', file.label));
        return;
      }
      const { files, problems } = await this.parts.imports.apply(
        { entries: {}, secrets: [], edits: [plan.edit] },
        'export',
      );
      void this.#tell(plan, file, files[0]?.backup, problems.map(problemText));
    } catch (error) {
      if (!(error instanceof ConfigurationFault || error instanceof OtherFileFault)) throw error;
      const why = error instanceof OtherFileFault ? faultText(error) : error.message;
      void this.#notifications.error(t('{0} wasn’t changed: {1}', file.label, why));
    }
  }

  async #tell(
    { names, present }: ExportPlan,
    { label, uri }: OtherFile,
    backup: string | undefined,
    problems: readonly string[],
  ): Promise<void> {
    const { t } = vscode.l10n;
    const written = names.map(([ours, theirs]) => (ours === theirs ? ours : t('{0} as “{1}”', ours, theirs)));
    const text = [
      ...(problems.length > 0 ? problems : [t('Exported to {0}: {1}.', label, written.join(', '))]),
      ...(present.length > 0 ? [t('Already there: {0}.', present.join(', '))] : []),
      ...(backup === undefined ? [] : [t('The backup is {0}.', placeText(backup))]),
    ].join(' ');
    const open = t('Open File');
    const undo = t('Undo');
    const choice = await this.#notifications.information(text, ...(problems.length > 0 ? [] : [undo]), open);
    if (choice === undo) await undoImport(this.parts.imports, this.window);
    if (choice === open) await vscode.window.showTextDocument(vscode.Uri.parse(uri));
  }
}

function rowOf(server: ServerConfig): ManyItem & { readonly server: ServerConfig } {
  return { server, label: plainWhole(server.name), description: plainWhole(server.url), picked: true };
}

async function showDocument(content: string): Promise<void> {
  await vscode.window.showTextDocument(
    await vscode.workspace.openTextDocument({ content, language: 'json' }),
  );
}
