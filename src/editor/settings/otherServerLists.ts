import * as vscode from 'vscode';
import {
  serverAddresses,
  serverNames,
  serversIn,
  type OtherServerList,
} from '../../broker/settings/displacedServers.js';
import { Emitter } from '../../base/event.js';
import type { Disposable } from '../../base/clock.js';

/** A list with the file to open for it, if there is one. */
export interface OtherServers extends OtherServerList {
  readonly uri?: vscode.Uri | undefined;
}

/**
 * The MCP servers that VS Code has from files: `.vscode/mcp.json` and workspace files, which VS Code gives to extensions
 * as the setting `mcp.servers`, and the user's `mcp.json`, which lies beside the settings of the profile. A window whose
 * extension runs on another machine than the profile cannot read the latter.
 */
export class OtherServerLists implements Disposable {
  readonly #changed = new Emitter<undefined>();
  readonly #owned: readonly Disposable[];
  readonly #userFiles: readonly vscode.Uri[];
  #userServers: ReadonlyMap<string, unknown> = new Map();

  /** Fires when any of the lists may have changed. */
  readonly onDidChange = this.#changed.event;

  /** @param globalStorage the extension's own folder, `User/globalStorage/ID` below the profile */
  constructor(globalStorage: vscode.Uri) {
    const profile = vscode.Uri.joinPath(globalStorage, '..', '..');
    // A browser keeps the profile to itself and shows it under this scheme.
    const inBrowser = vscode.Uri.from({ scheme: 'vscode-userdata', path: '/User/mcp.json' });
    this.#userFiles = [
      vscode.Uri.joinPath(profile, 'mcp.json'),
      ...(vscode.env.uiKind === vscode.UIKind.Web ? [inBrowser] : []),
    ];
    const pattern = new vscode.RelativePattern(profile, 'mcp.json');
    const watcher = vscode.workspace.createFileSystemWatcher(pattern);
    const readUser = () => void this.look();
    this.#owned = [
      watcher,
      ...[watcher.onDidCreate, watcher.onDidChange, watcher.onDidDelete].map((event) => event(readUser)),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('mcp') || event.affectsConfiguration('chat.mcp'))
          this.#changed.fire(undefined);
      }),
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.#changed.fire(undefined)),
    ];
    readUser();
  }

  /** Those that switch a server of the same name off; empty if VS Code runs servers of one name side by side. */
  get lists(): readonly OtherServers[] {
    const behavior = vscode.workspace.getConfiguration('chat.mcp').get('collisionBehavior');
    return behavior === 'disable' ? this.all : [];
  }

  /** In the order that VS Code prefers them in. */
  get all(): readonly OtherServers[] {
    return [...this.#workspaceLists(), ...this.#userLists()].filter(({ names }) => names.length > 0);
  }

  dispose(): void {
    for (const one of this.#owned) one.dispose();
  }

  *#workspaceLists(): Generator<OtherServers> {
    for (const folder of vscode.workspace.workspaceFolders ?? []) {
      const uri = vscode.Uri.joinPath(folder.uri, '.vscode', 'mcp.json');
      const servers = inspected(folder)?.workspaceFolderValue;
      yield { file: vscode.workspace.asRelativePath(uri), uri, ...listed(servers) };
    }
    const { workspaceFile } = vscode.workspace;
    const servers = listed(inspected()?.workspaceValue);
    const name = workspaceFile?.path.split('/').at(-1) ?? '.vscode/mcp.json';
    yield { file: name, ...servers, uri: workspaceFile };
  }

  *#userLists(): Generator<OtherServers> {
    for (const uri of this.#userFiles)
      yield { file: userFile(), uri, ...listed(this.#userServers.get(uri.toString())) };
    yield { file: 'settings.json', ...listed(inspected()?.globalValue) };
  }

  /** Reads the user's files again, before the watcher tells of a change. */
  async look(): Promise<void> {
    const all = await Promise.all(
      this.#userFiles.map(async (uri) => [uri.toString(), await readServers(uri)] as const),
    );
    this.#userServers = new Map(all);
    this.#changed.fire(undefined);
  }
}

function inspected(folder?: vscode.WorkspaceFolder) {
  return vscode.workspace.getConfiguration('mcp', folder).inspect('servers');
}

function listed(servers: unknown) {
  return { names: serverNames(servers), addresses: serverAddresses(servers) };
}

async function readServers(uri: vscode.Uri): Promise<unknown> {
  try {
    return serversIn(new TextDecoder().decode(await vscode.workspace.fs.readFile(uri)));
  } catch {
    // Most users have none.
    return undefined;
  }
}

function userFile(): string {
  return vscode.l10n.t('your user mcp.json');
}
