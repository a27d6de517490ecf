import * as vscode from 'vscode';
import {
  OtherFileFault,
  type OtherFile,
  type OtherFileStore,
  type ReadFile,
} from '../../broker/imports/otherFiles.js';
import { folderConfigurationFiles, type ConfigurationFile } from '../../mcpClients/configurationFiles.js';

/** Longest file of a repository that is taken seriously, in characters: it is read when its folder opens. */
const longestShared = 256 * 1024;

/** Where other programs of the user keep their servers, on the machine that the extension runs on. */
export interface UserPrograms {
  readonly home: string;
  readonly files: readonly ConfigurationFile[];
  /** The `mcp.json` of each profile but the default one, below the editor's user data. */
  profileFiles(userData: string): Promise<readonly string[]>;
}

interface UnreadFile {
  readonly file: OtherFile;
  readonly fault: OtherFileFault;
}

export interface ReadFiles {
  readonly files: readonly ReadFile[];
  readonly faults: readonly UnreadFile[];
}

/** The configuration files of VS Code and of other MCP clients that concern this window. */
export class OtherProgramFiles {
  readonly #userData: vscode.Uri;

  /** @param globalStorage the extension's own folder, `User/globalStorage/ID` */
  constructor(
    readonly store: OtherFileStore,
    private readonly programs: UserPrograms,
    globalStorage: vscode.Uri,
  ) {
    this.#userData = vscode.Uri.joinPath(globalStorage, '..', '..');
  }

  /** The user's own files of other programs, whether or not they exist. */
  get programFiles(): readonly OtherFile[] {
    return this.programs.files.map(({ client, path }) => {
      const label = path.startsWith(`${slashes(this.programs.home)}/`)
        ? `~${path.slice(this.programs.home.length)}`
        : path;
      return { uri: vscode.Uri.file(path).toString(), label, client, kind: 'program' };
    });
  }

  /** The user's files, each once. */
  async readUsers(): Promise<ReadFiles> {
    return this.#read([...(await this.#editorFiles()), ...this.programFiles]);
  }

  /** The files that a team shares in the folders of this window. */
  async readRepositories(): Promise<ReadFiles> {
    return this.#read(this.repositoryFiles);
  }

  async readAll(): Promise<ReadFiles> {
    return this.#read([...(await this.#editorFiles()), ...this.programFiles, ...this.repositoryFiles]);
  }

  get repositoryFiles(): readonly OtherFile[] {
    return (vscode.workspace.workspaceFolders ?? []).flatMap((folder) =>
      folderConfigurationFiles('').map(({ client, path }) => {
        const uri = vscode.Uri.joinPath(folder.uri, path);
        return {
          uri: uri.toString(),
          label: vscode.workspace.asRelativePath(uri),
          client,
          kind: 'repository' as const,
        };
      }),
    );
  }

  async #editorFiles(): Promise<readonly OtherFile[]> {
    const { t } = vscode.l10n;
    const own = vscode.Uri.joinPath(this.#userData, 'mcp.json');
    const profiles = await this.programs.profileFiles(this.#userData.fsPath);
    return [
      editorFile(own, t('your user mcp.json')),
      // A browser keeps the profile to itself and shows it under this scheme.
      ...(vscode.env.uiKind === vscode.UIKind.Web
        ? [
            editorFile(
              vscode.Uri.from({ scheme: 'vscode-userdata', path: '/User/mcp.json' }),
              t('your user mcp.json'),
            ),
          ]
        : []),
      ...profiles.map((path) => editorFile(vscode.Uri.file(path), t('the mcp.json of a profile'))),
    ];
  }

  /** Files that say the same under the same name are one file, seen in two ways. */
  async #read(files: readonly OtherFile[]): Promise<ReadFiles> {
    const read: ReadFile[] = [];
    const faults: UnreadFile[] = [];
    for (const file of files) {
      if ([...read, ...faults].some((other) => other.file.uri === file.uri)) continue;
      try {
        const text = await this.store.read(file.uri);
        if (text === undefined) continue;
        if (file.kind === 'repository' && text.length > longestShared) throw new OtherFileFault('tooLarge');
        const isSame = read.some((other) => other.file.label === file.label && other.text === text);
        if (!isSame) read.push({ file, text });
      } catch (error) {
        if (!(error instanceof OtherFileFault)) throw error;
        faults.push({ file, fault: error });
      }
    }
    return { files: read, faults };
  }
}

function editorFile(uri: vscode.Uri, label: string): OtherFile {
  return { uri: uri.toString(), label, client: 'vscode', kind: 'editor' };
}

function slashes(path: string): string {
  return path.replaceAll('\\', '/');
}
