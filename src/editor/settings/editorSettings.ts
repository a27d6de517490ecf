import * as vscode from 'vscode';
import type { Clock, Disposable } from '../../base/clock.js';
import type { Memory } from '../../base/storage.js';
import type { EditorPlace } from '../adapters/editorPlace.js';
import { RegistrySetting } from './registrySetting.js';
import { EditorServerSettings } from './serverSettings.js';
import { openRemoteSettings, TakeOverSettings, type FormerSettingsFile } from './takeOverSettings.js';
import { EditorToolRules } from './toolRuleSettings.js';
import { settingWriter } from './writeSetting.js';

export interface EditorSettingsParts {
  readonly place: EditorPlace;
  readonly globalStorageUri: vscode.Uri;
  readonly memory: Memory;
  /** The settings files on the disk of the machine that the extension runs on. */
  readonly files: {
    machine(): Promise<FormerSettingsFile | undefined>;
    profiles(): Promise<readonly FormerSettingsFile[]>;
  };
  readonly clock: Clock;
}

/** The user's settings, and settings in other files that have no effect. */
export interface EditorSettings {
  readonly settings: EditorServerSettings;
  readonly toolRules: EditorToolRules;
  readonly takeOver: TakeOverSettings;
  readonly registry: RegistrySetting;
}

export function editorSettings(parts: EditorSettingsParts): EditorSettings & Disposable {
  const { files, place, memory } = parts;
  const { remoteName } = vscode.env;
  const { globalStorageUri, clock } = parts;
  const write = settingWriter({
    ...{ place, globalStorageUri, clock, remoteName },
    machineSettings: async () => (await files.machine())?.text,
  });
  const settings = new EditorServerSettings(write);
  const toolRules = new EditorToolRules(write);
  const takeOver = new TakeOverSettings({
    // On the user's own machine, the machine settings file belongs to users who connect to it remotely.
    files: async () => {
      const machine = place.isUsersMachine ? undefined : await files.machine();
      return machine === undefined ? files.profiles() : [machine];
    },
    openRemote: () => (place.isUsersMachine ? openRemoteSettings(clock) : Promise.resolve(undefined)),
    memory,
    write,
  });
  return {
    settings,
    toolRules,
    takeOver,
    registry: new RegistrySetting(write),
    dispose: () => {
      settings.dispose();
      toolRules.dispose();
    },
  };
}
