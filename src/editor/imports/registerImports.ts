import * as vscode from 'vscode';
import type { ClientSecrets } from '../../broker/clients/clientSecrets.js';
import type { KnownServers } from '../../broker/imports/foundServers.js';
import { Imports } from '../../broker/imports/imports.js';
import type { OtherFileStore } from '../../broker/imports/otherFiles.js';
import type { Disposable } from '../../base/clock.js';
import type { Memory } from '../../base/storage.js';
import type { NamedServer } from '../../broker/settings/serverSettings.js';
import { addressOf } from '../../base/displayText.js';
import { agentSettings } from '../settings/agentSettings.js';
import { commandId, type Commands } from '../adapters/commands.js';
import type { DisplacedServers } from '../settings/displacedServers.js';
import { policyRefusalNow, type EditorServerSettings } from '../settings/serverSettings.js';
import { EditorFileStore } from './editorFileStore.js';
import { ExportServers } from './exportServers.js';
import { ImportOffer } from './importOffer.js';
import { ImportServers } from './importServers.js';
import { OtherProgramFiles, type UserPrograms } from './otherProgramFiles.js';
import { RemoveOtherServer } from './removeOtherServer.js';
import { SignInToAll, type SignInToAllParts } from './signInToAll.js';
import { TeamServers } from './teamServers.js';
import { undoImport } from './undoImport.js';

export interface ImportParts extends SignInToAllParts {
  readonly settings: EditorServerSettings;
  readonly answers: { readonly clientSecrets: ClientSecrets };
  readonly memory: Memory;
  readonly statuses: { readonly displaced: DisplacedServers };
  /** The programs of this machine, and their files. */
  readonly programs: UserPrograms;
  readonly machineFiles: OtherFileStore;
}

/**
 * Registers “Import Servers…”, “Export Servers…” and “Undo Import or Export”, and the offers of the first
 * two.
 */
export function registerImports(
  commands: Commands,
  { globalStorageUri }: { readonly globalStorageUri: vscode.Uri },
  parts: ImportParts,
): Disposable {
  const { settings, memory, programs, machineFiles } = parts;
  const backups = vscode.Uri.joinPath(globalStorageUri, 'importBackups');
  const store = new EditorFileStore(machineFiles, backups);
  const files = new OtherProgramFiles(store, programs, globalStorageUri);
  const { clientSecrets } = parts.answers;
  const imports = new Imports({
    store,
    setting: settings.asWritten,
    clientSecrets,
    memory,
    filesChanged: () => parts.statuses.displaced.look(),
  });
  const known = (): KnownServers => ({ servers: settings.servers, refusal: policyRefusalNow, isOwnAddress });
  const signInToAll = new SignInToAll(parts);
  const duplicatesWanted = (servers: readonly NamedServer[]) => parts.statuses.displaced.markTold(servers);
  const importing = new ImportServers({ files, settings, known, imports, signInToAll, duplicatesWanted });
  commands.register('importServers', () => importing.run());
  commands.register('exportServers', () => new ExportServers({ settings, files, imports }).run());
  commands.register('undoImport', () => undoImport(imports));
  const removal = new RemoveOtherServer({ files, imports });
  parts.statuses.displaced.removeOther = (uri, name) => removal.run(uri, name);
  const run = () => vscode.commands.executeCommand(commandId('importServers'));
  const offer = new ImportOffer({ files, known, memory, run });
  const team = new TeamServers({ files, known, memory, importing });
  // Files that cannot be read now are read again when the next window opens.
  const look = () => void offer.look().catch(() => undefined);
  const ask = () => void team.offer().catch(() => undefined);
  look();
  ask();
  const watcher = vscode.workspace.createFileSystemWatcher(
    '**/{.mcp.json,.vscode/mcp.json}',
    false,
    false,
    true,
  );
  const owned = [
    settings.onDidChange(look),
    imports.onDidChange(look),
    vscode.workspace.onDidChangeWorkspaceFolders(ask),
    vscode.workspace.onDidGrantWorkspaceTrust(ask),
    watcher,
    watcher.onDidCreate(ask),
    watcher.onDidChange(ask),
  ];
  return {
    dispose: () => {
      for (const one of owned) one.dispose();
    },
  };
}

/** Checks whether this extension serves other programs at the address: such entries must not be imported. */
function isOwnAddress(url: string): boolean {
  const address = addressOf(url);
  return address?.hostname === '127.0.0.1' && Number(address.port) === agentSettings().port;
}
