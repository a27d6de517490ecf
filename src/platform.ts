import path from 'node:path';
import type * as vscode from 'vscode';
import { EditorMemory, EditorSecretStore } from './editor/adapters/storage.js';
import { editorPlace } from './editor/adapters/editorPlace.js';
import { editorSettings } from './editor/settings/editorSettings.js';
import { OutputLog } from './editor/adapters/outputLog.js';
import { clientFilesNote, remoteNotes } from './editor/signIn/remoteNotes.js';
import { MachineFileStore } from './node/clients/otherFileStore.js';
import { OtherPrograms } from './node/clients/otherPrograms.js';
import { machineNetwork, systemClock as clock } from './node/machine.js';
import { machineStorage } from './node/store/machineStorage.js';
import { refreshEarliness } from './node/refreshEarliness.js';
import { SettingsFiles } from './node/files/settingsFiles.js';

/** Everything that the other parts stand on: what the editor and the machine keep, and where the extension runs. */
export type Platform = ReturnType<typeof createPlatform>;

/**
 * @param context what VS Code gives to the extension; owns what has to be disposed
 * @param remoteName the kind of remote that the window is connected to, such as `ssh-remote`
 */
export function createPlatform(context: vscode.ExtensionContext, remoteName: string | undefined) {
  const place = editorPlace(context.extension);
  const log = new OutputLog();
  const notes = remoteNotes(place, context.extension.id, remoteName);
  const secrets = new EditorSecretStore(context.secrets, place, clock, log);
  const directory = context.globalStorageUri.fsPath;
  const { calls, ...storage } = machineStorage(directory, { secrets, clock, log });
  const memory = new EditorMemory(context.globalState);
  const files = new SettingsFiles(directory);
  const settings = editorSettings({ ...context, place, memory, files, clock });
  context.subscriptions.push(log, settings);
  const network = machineNetwork(notes?.unreachable);
  const earliness = refreshEarliness(place.isUsersMachine);
  const others = {
    programs: new OtherPrograms(),
    machineFiles: new MachineFileStore(path.join(directory, 'importBackups')),
  };
  const filesNote = clientFilesNote(place, remoteName);
  return {
    place,
    log,
    notes,
    filesNote,
    secrets,
    directory,
    calls,
    storage,
    memory,
    ...settings,
    network,
    earliness,
    others,
    clock,
  };
}
