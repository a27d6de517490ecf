import * as vscode from 'vscode';
import { isReadByEditor, namesLeftInEditor } from '../../broker/imports/editorNames.js';
import { foundServers, type FoundServer, type KnownServers } from '../../broker/imports/foundServers.js';
import type { ReadFile } from '../../broker/imports/otherFiles.js';
import type { Memory } from '../../base/storage.js';
import { canonical } from '../../broker/settings/settingsToTakeOver.js';
import { sha256 } from '../../base/sha256.js';
import { firstNames, Notifications, plain, type QuestionWindow } from '../adapters/notifications.js';
import type { ImportServers } from './importServers.js';
import { serverRows } from './importTexts.js';
import type { OtherProgramFiles } from './otherProgramFiles.js';
import { pickMany, type PickMany } from './pickMany.js';

const memoryKey = 'team servers decided on';
/** The most decisions that are remembered. */
const mostDecided = 500;

export interface TeamServersParts {
  readonly files: { readonly readRepositories: OtherProgramFiles['readRepositories'] };
  readonly known: () => KnownServers;
  readonly memory: Memory;
  readonly importing: { readonly nameAll: ImportServers['nameAll']; readonly apply: ImportServers['apply'] };
}

interface Undecided {
  readonly found: FoundServer;
  readonly hash: string;
}

/**
 * The servers that a team lists in `.vscode/mcp.json` and `.mcp.json` of its repository. A server is used
 * only after the user has seen its address and agreed. The user is asked about each once, and again if its
 * entry changes. The files are not changed, because the team shares them.
 */
export class TeamServers {
  readonly #notifications: Notifications;
  #isAsking = false;

  constructor(
    private readonly parts: TeamServersParts,
    window: QuestionWindow = vscode.window,
    private readonly pick: PickMany = pickMany,
  ) {
    this.#notifications = new Notifications(window);
  }

  /** Offers new servers; called when a folder has opened or one of the files has changed. */
  async offer(): Promise<void> {
    if (this.#isAsking || !vscode.workspace.isTrusted) return;
    this.#isAsking = true;
    try {
      const { files } = await this.parts.files.readRepositories();
      const shared = files.filter(({ file }) => isReadByEditor(file));
      const undecided = await this.#undecided(shared);
      if (undecided.length > 0) await this.#ask(undecided, shared);
    } finally {
      this.#isAsking = false;
    }
  }

  async #undecided(files: readonly ReadFile[]): Promise<readonly Undecided[]> {
    const { servers } = foundServers(files, this.parts.known());
    const free = servers.filter(
      ({ problem, configuredAs }) => problem === undefined && configuredAs === undefined,
    );
    const hashed = await Promise.all(
      free.map(async (found) => {
        const places = found.entries.map(({ file }) => file.uri);
        return { found, hash: await sha256(canonical([places, found.name, found.entry])) };
      }),
    );
    return hashed.filter(({ hash }) => !this.#decided.includes(hash));
  }

  async #ask(undecided: readonly Undecided[], files: readonly ReadFile[]): Promise<void> {
    const { t } = vscode.l10n;
    const review = t('Review…');
    const no = t('Don’t Add');
    const names = firstNames(undecided.map(({ found }) => plain(found.name)));
    const message = t('This workspace lists MCP servers: {0}. MCP OAuth can sign you in to them.', names);
    const choice = await this.#notifications.information(message, review, no);
    if (choice === no) await this.#decide(undecided);
    if (choice !== review) return;
    const stays = () => false;
    const offered = undecided.map(({ found }) => found);
    const named = this.parts.importing.nameAll(offered, namesLeftInEditor(files, offered, stays));
    const nameOf = (found: FoundServer) => named.find((one) => one.found === found)?.name ?? found.name;
    const rows = await this.pick(serverRows(offered, nameOf), {
      title: t('Add MCP servers of this workspace to your settings, for all windows'),
      placeholder: t('Check each address. No file changes.'),
    });
    if (rows === undefined) return;
    await this.#decide(undecided);
    const chosen = rows.flatMap(({ found }) => (found === undefined ? [] : [found]));
    if (chosen.length === 0) return;
    const toAdd = named.filter(({ found }) => chosen.includes(found));
    const note = t('VS Code also has them from this workspace. Turn those off with “MCP: List Servers”.');
    await this.parts.importing.apply(toAdd, files, stays, note);
  }

  get #decided(): readonly unknown[] {
    const stored = this.parts.memory.get(memoryKey);
    return Array.isArray(stored) ? (stored as readonly unknown[]) : [];
  }

  async #decide(servers: readonly Undecided[]): Promise<void> {
    const hashes = servers.map(({ hash }) => hash);
    await this.parts.memory.set(memoryKey, [...this.#decided, ...hashes].slice(-mostDecided));
  }
}
