import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { ClientSecrets } from '../../src/broker/clients/clientSecrets.js';
import { Imports } from '../../src/broker/imports/imports.js';
import { EditorFileStore } from '../../src/editor/imports/editorFileStore.js';
import { OtherProgramFiles } from '../../src/editor/imports/otherProgramFiles.js';
import type { PickMany } from '../../src/editor/imports/pickMany.js';
import { userConfigurationFiles } from '../../src/mcpClients/configurationFiles.js';
import { MachineFileStore } from '../../src/node/clients/otherFileStore.js';
import { MemoryMemory, MemorySecrets } from '../broker/memoryStores.js';
import type { ActiveExtension } from './activeExtension.js';
import type { DialogueAnswers } from './dialogueAnswers.js';

/** A user's home with files of other programs, and a folder with the editor's user data. */
export class ImportedFiles {
  readonly secrets = new MemorySecrets();
  readonly memory = new MemoryMemory();
  readonly files: OtherProgramFiles;
  readonly imports: Imports;

  private constructor(
    readonly home: string,
    { settings }: ActiveExtension,
  ) {
    const globalStorage = vscode.Uri.file(path.join(home, 'Code', 'User', 'globalStorage', 'x'));
    const backups = path.join(home, 'backups');
    const store = new EditorFileStore(new MachineFileStore(backups), vscode.Uri.file(backups));
    const programs = {
      home,
      files: userConfigurationFiles({ platform: 'linux', home, environment: {} }),
      profileFiles: () => Promise.resolve([]),
    };
    this.files = new OtherProgramFiles(store, programs, globalStorage);
    const clientSecrets = new ClientSecrets(this.secrets);
    this.imports = new Imports({ store, setting: settings.asWritten, clientSecrets, memory: this.memory });
  }

  static async make(extension: ActiveExtension): Promise<ImportedFiles> {
    return new ImportedFiles(await mkdtemp(path.join(os.tmpdir(), 'home-')), extension);
  }

  async write(file: string, text: string): Promise<void> {
    await mkdir(path.dirname(path.join(this.home, file)), { recursive: true });
    await writeFile(path.join(this.home, file), text);
  }

  read(file: string): Promise<string> {
    return readFile(path.join(this.home, file), 'utf8');
  }

  async remove(): Promise<void> {
    await rm(this.home, { recursive: true });
  }
}

/** Selects rows in the dialogue’s list. Rows that cannot be selected stay unselected. */
export function pickIn(dialogue: DialogueAnswers): PickMany {
  return async (items, { title }) => {
    dialogue.shown.push(title);
    const picked = await dialogue.window.showQuickPick(items, { canPickMany: true });
    return picked?.filter(({ isFixed }) => isFixed !== true);
  };
}
