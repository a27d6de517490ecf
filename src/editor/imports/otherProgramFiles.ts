import * as vscode from 'vscode';
import {
  OtherFileFault,
  type OtherFile,
  type OtherFileStore,
  type ReadFile,
} from '../../broker/imports/otherFiles.js';
import { folderConfigurationFiles, type ConfigurationFile } from '../../mcpClients/configurationFiles.js';

/** The longest file of a repository that is considered, in characters: it is read when its folder opens. */
const longestShared = 256 * 1024;

/** The files in which the user's other programs list servers, on the machine that the extension runs on. */
export interface UserPrograms {
  readonly home: string;
  readonly files: readonly ConfigurationFile[];
  /**
   * Returns the paths of the `mcp.json` of each profile except the default one, below the editor's user data.
   */
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

/** The configuration files of VS Code and other MCP clients that are relevant to this window. */
export class OtherProgramFiles {
  readonly #userData: vscode.Uri;

  /** @param globalStorage the extension's directory, `User/globalStorage/ID` */
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

  /** Reads the user's files, each once. */
  async readUsers(): Promise<ReadFiles> {
    return this.#read([...(await this.#editorFiles()), ...this.programFiles]);
  }

  /** Reads the files that a team shares in the folders of this window. */
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
      // In a browser, the profile is available only under this scheme.
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

  /** Reads files. Files with the same name and content are the same file, found in two ways. */
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
