import path from 'node:path';
import type * as vscode from 'vscode';
import { systemClock as clock, machineNetwork } from '../node/machine.js';
import type { Clock, Disposable } from '../base/clock.js';
import type { Network } from '../oauth/httpContext.js';
import { editorPlace, type EditorPlace } from '../editor/adapters/editorPlace.js';
import { OutputLog } from '../editor/adapters/outputLog.js';
import { EditorMemory, EditorSecretStore } from '../editor/adapters/storage.js';
import { editorSettings, type EditorSettings } from '../editor/settings/editorSettings.js';
import { clientFilesNote, remoteNotes, type RemoteNotes } from '../editor/signIn/remoteNotes.js';
import { MachineFileStore } from '../node/clients/otherFileStore.js';
import { OtherPrograms } from '../node/clients/otherPrograms.js';
import { SettingsFiles } from '../node/files/settingsFiles.js';
import { refreshEarliness } from '../node/refreshEarliness.js';
import { machineStorage, type MachineStorage } from '../node/store/machineStorage.js';

/** The storage of the editor and the machine, and where the extension runs. */
export interface Platform extends EditorSettings {
  readonly place: EditorPlace;
  readonly clock: Clock;
  readonly log: OutputLog;
  readonly network: Network;
  readonly secrets: EditorSecretStore;
  /** The editor's memory for all workspaces. */
  readonly memory: EditorMemory;
  /** The absolute path of the extension's directory on the machine that it runs on. */
  readonly directory: string;
  readonly storage: MachineStorage;
  /**
   * How much earlier than on other machines sign-ins are refreshed here, as a fraction of the usual margin.
   */
  readonly earliness: number;
  /**
   * The notes for the user of a remote window; undefined if the extension runs on the machine that the window
   * works on.
   */
  readonly notes: RemoteNotes | undefined;
  /** The machine of other clients' files, if the window works on a different one. */
  readonly filesNote: string | undefined;
  readonly programs: OtherPrograms;
  readonly machineFiles: MachineFileStore;
  /** Registers a part for disposal when the extension ends. */
  readonly own: <T extends Disposable>(part: T) => T;
}

/**
 * @param context the extension's context from VS Code
 * @param remoteName the kind of remote that the window is connected to, such as `ssh-remote`
 */
export function createPlatform(context: vscode.ExtensionContext, remoteName: string | undefined): Platform {
  const own = <T extends Disposable>(part: T): T => {
    context.subscriptions.push(part);
    return part;
  };
  const place = editorPlace(context.extension);
  const log = new OutputLog();
  const notes = remoteNotes(place, context.extension.id, remoteName);
  const secrets = new EditorSecretStore(context.secrets, place, clock, log);
  const directory = context.globalStorageUri.fsPath;
  const storage = machineStorage(directory, { secrets, clock, log });
  const memory = new EditorMemory(context.globalState);
  const files = new SettingsFiles(directory);
  const { globalStorageUri } = context;
  own(log);
  const { settings, toolRules, takeOver, registry } = own(
    editorSettings({ globalStorageUri, place, memory, files, clock }),
  );
  return {
    settings,
    toolRules,
    takeOver,
    registry,
    place,
    clock,
    log,
    network: machineNetwork(notes?.unreachable),
    secrets,
    memory,
    directory,
    storage,
    earliness: refreshEarliness(place.isUsersMachine),
    notes,
    filesNote: clientFilesNote(place, remoteName),
    programs: new OtherPrograms(),
    machineFiles: new MachineFileStore(path.join(directory, 'importBackups')),
    own,
  };
}
