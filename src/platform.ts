import path from 'node:path';
import type * as vscode from 'vscode';
import { EditorMemory } from './editor/memory.js';
import { editorPlace } from './editor/editorPlace.js';
import { editorSettings } from './editor/editorSettings.js';
import { OutputLog } from './editor/outputLog.js';
import { clientFilesNote, remoteNotes } from './editor/remoteNotes.js';
import { EditorSecretStore } from './editor/secretStorage.js';
import { MachineFileStore } from './node/otherFileStore.js';
import { OtherPrograms } from './node/otherPrograms.js';
import { machineNetwork } from './node/machineNetwork.js';
import { machineStorage } from './node/machineStorage.js';
import { refreshEarliness } from './node/refreshEarliness.js';
import { SettingsFiles } from './node/settingsFiles.js';
import { systemClock as clock } from './node/systemClock.js';

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
