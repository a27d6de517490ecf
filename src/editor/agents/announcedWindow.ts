import * as vscode from 'vscode';
import { errorName } from '../../base/errorName.js';
import type { Disposable } from '../../base/clock.js';
import type { Log } from '../../base/log.js';
import type { EditorServerSettings } from '../settings/serverSettings.js';

/**
 * Checks whether the editor supports stdio servers. Some editors implement an older VS Code API, with HTTP
 * servers only.
 */
export function hasStdioServers(): boolean {
  const { McpStdioServerDefinition } = vscode as Partial<typeof vscode>;
  return McpStdioServerDefinition !== undefined;
}

/** The announcement of a window to the bridge. */
export interface WindowAnnouncement extends Disposable {
  announce(): Promise<void>;
  write(): Promise<void>;
  touch(): void;
}

/**
 * Announces the window as soon as a server can be reached through it, and keeps the announcement up to date.
 */
export class AnnouncedWindow implements Disposable {
  readonly #subscriptions: readonly Disposable[];
  #isAnnounced = false;

  /** @param announcement is disposed of together with this object */
  constructor(
    private readonly announcement: WindowAnnouncement,
    private readonly settings: EditorServerSettings,
    private readonly log: Log,
  ) {
    this.#subscriptions = [
      settings.onDidChange(() => this.#announceOnce()),
      vscode.workspace.onDidChangeWorkspaceFolders(() => {
        if (this.#isAnnounced) this.#watched(this.announcement.write());
      }),
      vscode.window.onDidChangeWindowState(({ focused }) => {
        if (focused) this.announcement.touch();
      }),
      announcement,
    ];
    this.#announceOnce();
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #announceOnce(): void {
    if (this.#isAnnounced || this.settings.servers.length === 0 || !hasStdioServers()) return;
    this.#isAnnounced = true;
    this.#watched(this.announcement.announce());
  }

  #watched(work: Promise<void>): void {
    work.catch((error: unknown) => {
      this.log.warn(`This window cannot be announced to agent sessions (${errorName(error)}).`);
    });
  }
}

/** Returns the paths of the window's folders on the machine that the extension runs on. */
export function folderPaths(): readonly string[] {
  return (vscode.workspace.workspaceFolders ?? []).flatMap(({ uri }) =>
    uri.scheme === 'file' || uri.scheme === 'vscode-remote' ? [uri.fsPath] : [],
  );
}
