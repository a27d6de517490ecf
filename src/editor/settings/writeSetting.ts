import * as vscode from 'vscode';
import { section, type OwnSetting } from '../../broker/settings/ownSettings.js';
import type { Clock } from '../../base/clock.js';
import { ExplainedFailure } from '../adapters/commands.js';
import type { EditorPlace } from '../adapters/editorPlace.js';
import { openSettingsEditor } from './settingsEditor.js';
import { editsToSet, says, withSetting } from './settingsText.js';
import { usersOwn } from './usersOwnSettings.js';

/** Longest time until the editor uses a written value, in milliseconds. */
const useLimit = 5_000;

/** The setting cannot be written without losing data, or was written but has no effect. */
export class SettingUnwritable extends ExplainedFailure {
  override readonly name = 'SettingUnwritable';
}

/**
 * Writes a setting of this extension to the user's own settings.
 *
 * @throws SettingUnwritable if the setting cannot be written or has no effect
 */
export type WriteSetting = (key: OwnSetting, value: unknown) => Promise<void>;

/** Writes with the editor's API, which is correct if there is no remote machine. */
export const writeWithApi: WriteSetting = async (key, value) => {
  await vscode.workspace.getConfiguration(section).update(key, value, vscode.ConfigurationTarget.Global);
};

export interface SettingWriterParts {
  readonly place: EditorPlace;
  readonly remoteName: string | undefined;
  /**
   * The extension's global storage; the user's settings are two directories above it, on the user's machine.
   */
  readonly globalStorageUri: vscode.Uri;
  /**
   * Returns the text of this machine's settings file, if the extension runs on a remote machine; undefined if
   * there is no file.
   */
  readonly machineSettings: () => Promise<string | undefined>;
  readonly clock: Clock;
}

/**
 * Returns how to write settings. If a remote machine's settings file has an entry of the same name, the API
 * writes to that file, even if the scope of the setting excludes it: the entry there is lost, and the new
 * value has no effect (VS Code, `configurationService.ts`, `toEditableConfigurationTarget`). Therefore the
 * API is used only if that file is known to have no such entry.
 */
export function settingWriter(parts: SettingWriterParts): WriteSetting {
  return async (key, value) => {
    const write = await chosenWay(parts, key);
    await write(key, value);
    await untilUsed(key, value, parts.clock);
  };
}

async function chosenWay(parts: SettingWriterParts, key: OwnSetting): Promise<WriteSetting> {
  if (parts.remoteName === undefined) return writeWithApi;
  // The remote machine's file cannot be read from here, but the user's file can be written.
  if (parts.place.isUsersMachine) return writeUsersFile(parts.globalStorageUri);
  const text = await parts.machineSettings();
  return text !== undefined && says(text, key) ? writeInEditor(parts.clock) : writeWithApi;
}

/** Writes the user's file directly; the editor reads it again when it changes. */
function writeUsersFile(globalStorageUri: vscode.Uri): WriteSetting {
  // Application settings are in the default profile (VS Code, `userDataProfile.ts`).
  const file = vscode.Uri.joinPath(globalStorageUri, '..', '..', 'settings.json');
  return async (key, value) => {
    const isUnsaved = vscode.workspace.textDocuments.some(
      (document) => document.isDirty && document.uri.path === file.path,
    );
    if (isUnsaved)
      throw new SettingUnwritable(vscode.l10n.t('Your settings file has unsaved changes. Save it first.'));
    const text = await vscode.workspace.fs.readFile(file).then(
      (bytes) => new TextDecoder().decode(bytes),
      () => '',
    );
    const changed = withSetting(text, key, value);
    if (changed === undefined) throw unreadable();
    await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(changed));
  };
}

/**
 * Writes in the settings editor, if only the browser can write the file. The document cannot be saved by its
 * URI, because code-server gives extensions a different one.
 */
const writeInEditor =
  (clock: Clock): WriteSetting =>
  async (key, value) => {
    const wasOpen = new Set(
      vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.map(({ label }) => label)),
    );
    const editor = await openSettingsEditor('user', clock);
    if (editor === undefined) throw unreadable();
    const { document } = editor;
    const edits = editsToSet(document.getText(), key, value);
    if (edits === undefined) throw unreadable();
    await editor.edit((builder) => {
      for (const { offset, length, content } of edits) {
        const range = new vscode.Range(document.positionAt(offset), document.positionAt(offset + length));
        builder.replace(range, content);
      }
    });
    await vscode.commands.executeCommand('workbench.action.files.save');
    if (!wasOpen.has('settings.json'))
      await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
  };

function unreadable(): SettingUnwritable {
  return new SettingUnwritable(
    vscode.l10n.t(
      'Your settings file couldn’t be changed, because it isn’t valid JSON. Correct it, then try again.',
    ),
  );
}

/** @throws SettingUnwritable if the editor does not use the value in time */
async function untilUsed(key: OwnSetting, value: unknown, clock: Clock): Promise<void> {
  const isUsed = () => JSON.stringify(usersOwn(key)) === JSON.stringify(value);
  if (isUsed()) return;
  const used = Promise.withResolvers<boolean>();
  const subscription = vscode.workspace.onDidChangeConfiguration(() => {
    if (isUsed()) used.resolve(true);
  });
  const timer = clock.after(useLimit, () => used.resolve(isUsed()));
  try {
    if (await used.promise) return;
  } finally {
    subscription.dispose();
    timer.dispose();
  }
  throw new SettingUnwritable(
    vscode.l10n.t(
      '“{0}” was saved, but VS Code doesn’t use it. Open your settings and check it.',
      `${section}.${key}`,
    ),
  );
}
