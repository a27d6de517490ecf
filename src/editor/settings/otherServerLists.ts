import * as vscode from 'vscode';
import {
  dotMcpServersIn,
  serverAddresses,
  serverNames,
  serversIn,
  type OtherServerList,
} from '../../broker/settings/displacedServers.js';
import { Emitter } from '../../base/event.js';
import type { Disposable } from '../../base/clock.js';

/** A list with the file that contains it, if that can be opened. */
export interface OtherServers extends OtherServerList {
  readonly uri?: vscode.Uri | undefined;
}

/** The largest file that is read, in bytes, because a repository may contain a file of any size. */
const largest = 1024 * 1024;

/**
 * The MCP servers that VS Code reads from files: `.vscode/mcp.json` and workspace files, which extensions see
 * as the setting `mcp.servers`; the `.mcp.json` of each folder; and the user's `mcp.json`, in the same
 * directory as the profile's settings. The last one cannot be read if the extension runs on another machine
 * than the profile.
 */
export class OtherServerLists implements Disposable {
  readonly #changed = new Emitter<undefined>();
  readonly #owned: readonly Disposable[];
  readonly #userFiles: readonly vscode.Uri[];
  /** The contents of the files that VS Code does not provide as a setting, by URI. */
  #read: ReadonlyMap<string, unknown> = new Map();
  #looking: Promise<void> = Promise.resolve();

  /** Fires when any of the lists may have changed. */
  readonly onDidChange = this.#changed.event;

  /** @param globalStorage the extension's directory, `User/globalStorage/ID` below the profile */
  constructor(globalStorage: vscode.Uri) {
    const profile = vscode.Uri.joinPath(globalStorage, '..', '..');
    // In a browser, the profile is available only under this scheme.
    const inBrowser = vscode.Uri.from({ scheme: 'vscode-userdata', path: '/User/mcp.json' });
    this.#userFiles = [
      vscode.Uri.joinPath(profile, 'mcp.json'),
      ...(vscode.env.uiKind === vscode.UIKind.Web ? [inBrowser] : []),
    ];
    const pattern = new vscode.RelativePattern(profile, 'mcp.json');
    const watcher = vscode.workspace.createFileSystemWatcher(pattern);
    const folderWatcher = vscode.workspace.createFileSystemWatcher('**/.mcp.json');
    const look = () => void this.look();
    const events = [watcher, folderWatcher].flatMap((one) => [
      one,
      ...[one.onDidCreate, one.onDidChange, one.onDidDelete].map((event) => event(look)),
    ]);
    this.#owned = [
      ...events,
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('mcp') || event.affectsConfiguration('chat.mcp'))
          this.#changed.fire(undefined);
      }),
      vscode.workspace.onDidChangeWorkspaceFolders(look),
    ];
    look();
  }

  /**
   * The lists whose servers replace those of the same name; empty if VS Code runs servers of the same name
   * side by side.
   */
  get lists(): readonly OtherServers[] {
    const behavior = vscode.workspace.getConfiguration('chat.mcp').get('collisionBehavior');
    return behavior === 'disable' ? this.all : [];
  }

  /** All lists in VS Code's order of precedence. */
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
      const shared = dotMcpFile(folder);
      yield {
        file: vscode.workspace.asRelativePath(shared),
        uri: shared,
        ...listed(this.#read.get(shared.toString())),
      };
    }
    const { workspaceFile } = vscode.workspace;
    const servers = listed(inspected()?.workspaceValue);
    const name = workspaceFile?.path.split('/').at(-1) ?? '.vscode/mcp.json';
    yield { file: name, ...servers, uri: workspaceFile };
  }

  *#userLists(): Generator<OtherServers> {
    for (const uri of this.#userFiles)
      yield { file: userFile(), uri, ...listed(this.#read.get(uri.toString())) };
    yield { file: 'settings.json', ...listed(inspected()?.globalValue) };
  }

  /** Reads the files again, without waiting for a watcher. */
  look(): Promise<void> {
    // Reads run one after the other, so that an older result never replaces a newer one.
    const looked = this.#looking.then(() => this.#lookNow());
    this.#looking = looked.catch(() => undefined);
    return looked;
  }

  async #lookNow(): Promise<void> {
    const folders = (vscode.workspace.workspaceFolders ?? []).map(dotMcpFile);
    const all = await Promise.all([
      ...this.#userFiles.map((uri) => readServers(uri, serversIn)),
      ...folders.map((uri) => readServers(uri, dotMcpServersIn)),
    ]);
    this.#read = new Map(all);
    this.#changed.fire(undefined);
  }
}

function dotMcpFile({ uri }: vscode.WorkspaceFolder): vscode.Uri {
  return vscode.Uri.joinPath(uri, '.mcp.json');
}

function inspected(folder?: vscode.WorkspaceFolder) {
  return vscode.workspace.getConfiguration('mcp', folder).inspect('servers');
}

function listed(servers: unknown) {
  return { names: serverNames(servers), addresses: serverAddresses(servers) };
}

async function readServers(
  uri: vscode.Uri,
  serversOf: (text: string) => unknown,
): Promise<readonly [uri: string, servers: unknown]> {
  try {
    const { type, size } = await vscode.workspace.fs.stat(uri);
    // A repository can contain a link to an endless device.
    if ((type & vscode.FileType.File) === 0 || size > largest) return [uri.toString(), undefined];
    const bytes = await vscode.workspace.fs.readFile(uri);
    return [uri.toString(), serversOf(new TextDecoder().decode(bytes))];
  } catch {
    // Most users have no such file.
    return [uri.toString(), undefined];
  }
}

function userFile(): string {
  return vscode.l10n.t('your user mcp.json');
}
