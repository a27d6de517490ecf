import * as vscode from 'vscode';
import { ownSettings } from '../../broker/settings/ownSettings.js';
import {
  canonical,
  settingsToTakeOver,
  withTakenOver,
  type SettingToTakeOver,
  type SettingValues,
} from '../../broker/settings/settingsToTakeOver.js';
import type { Clock } from '../../base/clock.js';
import type { Memory } from '../../base/storage.js';
import { sha256 } from '../../base/sha256.js';
import { firstNames, Notifications, type QuestionWindow } from '../adapters/notifications.js';
import { openSettingsEditor } from './settingsEditor.js';
import { ownSettingsIn } from './settingsText.js';
import { settingTexts } from './settingTexts.js';
import { usersOwn } from './usersOwnSettings.js';
import { SettingUnwritable, type WriteSetting } from './writeSetting.js';

/** The key of the file contents that the user has already decided about. */
const memoryKey = 'settings decided on';
/** The most decisions that are remembered. */
const mostDecided = 200;

/** A settings file that contains settings of this extension, which have no effect there. */
export interface FormerSettingsFile {
  readonly path: string;
  readonly text: string;
}

export interface TakeOverParts {
  /** Returns the files that the extension can read from disk. */
  readonly files: () => Promise<readonly FormerSettingsFile[]>;
  /**
   * Opens the remote machine's file, if it cannot be read from disk; undefined if the editor did not show it.
   */
  readonly openRemote: () => Promise<FormerSettingsFile | undefined>;
  readonly memory: Memory;
  readonly write: WriteSetting;
}

/** A file with those of its settings that the user's settings lack. */
interface Offer {
  readonly file: FormerSettingsFile;
  readonly hash: string;
  readonly settings: readonly SettingToTakeOver[];
}

/**
 * Imports settings from the file of a remote machine or a profile, where earlier versions read them. A dev
 * container's configuration can write the same file, so none of them takes effect until the user has seen
 * every address and agreed. The file is not changed.
 */
export class TakeOverSettings {
  readonly #notifications: Notifications;

  constructor(
    private readonly parts: TakeOverParts,
    private readonly window: QuestionWindow = vscode.window,
  ) {
    this.#notifications = new Notifications(window);
  }

  /**
   * Notifies the user of files with settings that the user has not decided about; called when a window has
   * opened.
   */
  async offer(): Promise<void> {
    const { t } = vscode.l10n;
    for (const offer of await this.#offers()) {
      if (this.#decided.includes(offer.hash)) continue;
      const review = t('Review…');
      const no = t('Don’t Import');
      const message = t(
        '{0} has MCP OAuth settings that aren’t used: {1}. You can import them into your user settings.',
        offer.file.path,
        summary(offer.settings),
      );
      const choice = await this.#notifications.information(message, review, no);
      if (choice === no) await this.#decide(offer.hash);
      if (choice === review) await this.#ask(offer);
    }
  }

  /** “Import Settings…”: ignores earlier decisions. */
  async run(): Promise<void> {
    const { t } = vscode.l10n;
    const offers = await this.#offers();
    const remote = offers.length > 0 ? undefined : await this.parts.openRemote();
    const all = remote === undefined ? offers : await this.#offersIn([remote]);
    for (const offer of all) await this.#ask(offer);
    if (all.length === 0)
      void this.#notifications.information(t('There are no MCP OAuth settings to import.'));
  }

  async #offers(): Promise<readonly Offer[]> {
    return this.#offersIn(await this.parts.files());
  }

  async #offersIn(files: readonly FormerSettingsFile[]): Promise<readonly Offer[]> {
    const offers = await Promise.all(
      files.map(async (file) => {
        const found = ownSettingsIn(file.text);
        const hash = await sha256(canonical(found));
        return { file, hash, settings: settingsToTakeOver(found, present()) };
      }),
    );
    return offers.filter(({ settings }) => settings.length > 0);
  }

  async #ask({ file, hash, settings }: Offer): Promise<void> {
    const { t } = vscode.l10n;
    const items = settings.map((setting) => ({
      ...settingTexts(setting),
      // A setting that would replace one of the user's own must be selected explicitly.
      picked: setting.present === undefined,
      setting,
    }));
    const picked = await this.window.showQuickPick(items, {
      title: t('Import which settings from {0}?', file.path),
      placeHolder: t('The settings you select are added to your user settings. The file isn’t changed.'),
      canPickMany: true,
      ignoreFocusOut: true,
    });
    if (picked === undefined) return;
    const chosen = picked.map(({ setting }) => setting);
    try {
      for (const [key, value] of Object.entries(withTakenOver(present(), chosen)))
        await this.parts.write(key as keyof SettingValues, value);
    } catch (error) {
      if (!(error instanceof SettingUnwritable)) throw error;
      void this.#notifications.error(error.message);
      return;
    }
    await this.#decide(hash);
    if (chosen.length === 0) return;
    const message = t(
      'Imported into your user settings: {0}. The settings in {1} aren’t used.',
      summary(chosen),
      file.path,
    );
    void this.#notifications.information(message);
  }

  get #decided(): readonly unknown[] {
    const known = this.parts.memory.get(memoryKey);
    return Array.isArray(known) ? (known as readonly unknown[]) : [];
  }

  async #decide(hash: string): Promise<void> {
    const others = this.#decided.filter((known) => known !== hash);
    await this.parts.memory.set(memoryKey, [...others, hash].slice(-mostDecided));
  }
}

/** Returns the current values in the user's own settings. */
function present(): SettingValues {
  const values = ownSettings.map((key) => [key, usersOwn(key)] as const);
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}

function summary(settings: readonly SettingToTakeOver[]): string {
  return firstNames(
    settings.map((setting) => {
      const { label, description } = settingTexts(setting);
      return setting.key === 'servers' ? `${label} (${description})` : label;
    }),
  );
}

/** Opens the remote machine's settings file in the editor, which is the only way to read it. */
export async function openRemoteSettings(clock: Clock): Promise<FormerSettingsFile | undefined> {
  if (vscode.env.remoteName === undefined) return undefined;
  const document = (await openSettingsEditor('remote', clock))?.document;
  return document && { path: document.uri.path, text: document.getText() };
}
