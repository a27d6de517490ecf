import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { next, type ActiveExtension } from './activeExtension.js';

/** A setting that every settings file may have, and that no other test sets. */
const marker = 'editor.tabSize';

/** A settings file other than the user's own, written as another program does. */
export class SettingsFileOnDisk {
  private constructor(
    readonly path: string,
    private readonly layer: 'globalRemoteValue' | 'workspaceValue',
  ) {}

  /** Returns the settings file of the machine that the extension host runs on. */
  static machine({ context }: ActiveExtension): SettingsFileOnDisk {
    const data = path.join(context.globalStorageUri.fsPath, '..', '..', '..');
    return new SettingsFileOnDisk(path.join(data, 'Machine', 'settings.json'), 'globalRemoteValue');
  }

  /** Returns the settings file of the workspace's folder. */
  static workspace(): SettingsFileOnDisk {
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
    return new SettingsFileOnDisk(path.join(folder, '.vscode', 'settings.json'), 'workspaceValue');
  }

  /**
   * Writes the file and waits until the editor has read it.
   *
   * @returns the text of the file
   */
  async say(settings: object): Promise<string> {
    const other = this.#marker() === 3 ? 5 : 3;
    const text = JSON.stringify({ ...settings, [marker]: other });
    await mkdir(path.dirname(this.path), { recursive: true });
    await writeFile(`${this.path}.tmp`, text);
    await rename(`${this.path}.tmp`, this.path);
    while (this.#marker() !== other) await next((told) => vscode.workspace.onDidChangeConfiguration(told));
    return text;
  }

  #marker(): unknown {
    const layers = vscode.workspace.getConfiguration().inspect(marker);
    return (layers as Partial<Record<string, unknown>> | undefined)?.[this.layer];
  }

  text(): Promise<string> {
    return readFile(this.path, 'utf8');
  }
}
