import * as vscode from 'vscode';
import { section, type OwnSetting } from '../../broker/settings/ownSettings.js';
import type { Clock } from '../../base/clock.js';
import { ExplainedFailure } from '../adapters/commands.js';
import type { EditorPlace } from '../adapters/editorPlace.js';
import { openSettingsEditor } from './settingsEditor.js';
import { editsToSet, says, withSetting } from './settingsText.js';
import { usersOwn } from './usersOwnSettings.js';

/** How long the editor may take to use what was written, in milliseconds. */
const useLimit = 5_000;

/** The setting cannot be written without losing something, or has been written and does not count. */
export class SettingUnwritable extends ExplainedFailure {
  override readonly name = 'SettingUnwritable';
}

/**
 * Writes one of our settings into the user's own settings.
 *
 * @throws SettingUnwritable
 */
export type WriteSetting = (key: OwnSetting, value: unknown) => Promise<void>;

/** The right way if there is no remote machine. */
export const writeWithApi: WriteSetting = async (key, value) => {
  await vscode.workspace.getConfiguration(section).update(key, value, vscode.ConfigurationTarget.Global);
};

export interface SettingWriterParts {
  readonly place: EditorPlace;
  readonly remoteName: string | undefined;
  /** The extension's; the user's settings are two directories above it, on their machine. */
  readonly globalStorageUri: vscode.Uri;
  /** The text of this machine's settings file, if the extension runs on a remote machine; undefined if it has none. */
  readonly machineSettings: () => Promise<string | undefined>;
  readonly clock: Clock;
}

/**
 * If a remote machine's settings file has an entry of the same name, the API writes there, even if the scope of the
 * setting says that nothing there counts: what was there is lost, and what was written is not used
 * (VS Code, `configurationService.ts`, `toEditableConfigurationTarget`). So the API is used only if that file is
 * known to have none.
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
  // The remote's file is out of reach from here, and the user's is at hand.
  if (parts.place.isUsersMachine) return writeUsersFile(parts.globalStorageUri);
  const text = await parts.machineSettings();
  return text !== undefined && says(text, key) ? writeInEditor(parts.clock) : writeWithApi;
}

/** The editor reads its user's settings again when the file changes. */
function writeUsersFile(globalStorageUri: vscode.Uri): WriteSetting {
  // VS Code, `userDataProfile.ts`: application settings are the default profile's.
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
 * The way that is left where the file is the browser's to write: in its settings editor. The document cannot be saved by
 * its address, which code-server gives to extensions as another one.
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

/** @throws SettingUnwritable if the editor does not use it in time */
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
