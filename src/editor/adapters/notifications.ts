import * as vscode from 'vscode';
import { displayText } from '../../base/displayText.js';

/** The part of the window that shows lists to choose from. */
export interface ChoiceWindow {
  readonly showQuickPick: typeof vscode.window.showQuickPick;
}

export interface ClipboardWriter {
  readonly writeText: vscode.Clipboard['writeText'];
}

/** The parts of the editor's window that show text with active links. */
export interface NotificationWindow {
  readonly showInformationMessage: typeof vscode.window.showInformationMessage;
  readonly showWarningMessage: typeof vscode.window.showWarningMessage;
  readonly showErrorMessage: typeof vscode.window.showErrorMessage;
  readonly showInputBox: typeof vscode.window.showInputBox;
  readonly withProgress: typeof vscode.window.withProgress;
}

/** The parts of the editor's window that show questions. */
export type QuestionWindow = Partial<NotificationWindow> & ChoiceWindow;

/** Shows messages. Each method returns the selected button. */
export interface MessageDisplay {
  information(message: string, ...buttons: readonly string[]): Promise<string | undefined>;
  warning(message: string, ...buttons: readonly string[]): Promise<string | undefined>;
  error(message: string, ...buttons: readonly string[]): Promise<string | undefined>;
}

/**
 * The approximate number of characters at which the editor truncates a notification without a button
 * (`notifications.ts`, `setActions`). A notification with a button is shown completely, so a longer text gets
 * a button.
 */
const longestLine = 60;

/**
 * Shows messages and questions to the user, always as plain text. The editor renders `[label](address)` as a
 * link in these places, including `command:` addresses, and much of the text comes from servers. Other files
 * in this folder must not show notifications; a lint rule enforces this.
 */
export class Notifications {
  constructor(private readonly window: Partial<NotificationWindow> = vscode.window) {}

  /** @returns the selected button */
  information(message: string, ...buttons: readonly string[]): Promise<string | undefined> {
    return this.#show('showInformationMessage', message, buttons);
  }

  warning(message: string, ...buttons: readonly string[]): Promise<string | undefined> {
    return this.#show('showWarningMessage', message, buttons);
  }

  error(message: string, ...buttons: readonly string[]): Promise<string | undefined> {
    return this.#show('showErrorMessage', message, buttons);
  }

  /** Shows a modal question, only for decisions that must be made before anything else. */
  modal(message: string, detail: string, ...buttons: readonly string[]): Promise<string | undefined> {
    const options = { modal: true, detail: withoutLinks(detail) };
    return Promise.resolve(this.#part('showWarningMessage')(withoutLinks(message), options, ...buttons));
  }

  /**
   * @param token closes the box
   * @returns the typed text; undefined if the user closed the box
   */
  input(
    options: vscode.InputBoxOptions & { prompt: string },
    token?: vscode.CancellationToken,
  ): Promise<string | undefined> {
    const validate = options.validateInput?.bind(options);
    return Promise.resolve(
      this.#part('showInputBox')(
        {
          ...options,
          prompt: withoutLinks(options.prompt),
          ...(validate !== undefined && {
            validateInput: async (text) => {
              const problem = await validate(text);
              return typeof problem === 'string' ? withoutLinks(problem) : problem;
            },
          }),
        },
        token,
      ),
    );
  }

  /**
   * Runs `work` while showing a notification that can be cancelled.
   *
   * @param work receives a function that reports the progress, and a token that is cancelled by the user
   */
  progress<T>(
    title: string,
    work: (say: (message: string) => void, token: vscode.CancellationToken) => Promise<T>,
  ): Promise<T> {
    const location = vscode.ProgressLocation.Notification;
    const options = { location, title: withoutLinks(title), cancellable: true };
    return Promise.resolve(
      this.#part('withProgress')(options, (progress, token) =>
        work((message) => progress.report({ message: withoutLinks(message) }), token),
      ),
    );
  }

  async #show(
    severity: 'showInformationMessage' | 'showWarningMessage' | 'showErrorMessage',
    message: string,
    buttons: readonly string[],
  ): Promise<string | undefined> {
    const text = withoutLinks(message);
    if (buttons.length > 0 || text.length <= longestLine) return this.#part(severity)(text, ...buttons);
    await this.#part(severity)(text, vscode.l10n.t('OK'));
    return undefined;
  }

  #part<Name extends keyof NotificationWindow>(name: Name): NotificationWindow[Name] {
    return this.window[name] ?? vscode.window[name];
  }
}

export const notifications = new Notifications();

/** Returns the text without anything that the editor interprets as a link; only spaces are added. */
export function withoutLinks(text: string): string {
  return text.replaceAll('](', '] (');
}

/**
 * Copies a text and shows a notification.
 *
 * @param what the subject of the notification
 */
export async function copyToClipboard(text: string, what: string): Promise<void> {
  await vscode.env.clipboard.writeText(text);
  void notifications.information(vscode.l10n.t('{0} was copied to the clipboard.', what));
}

/**
 * Returns a server's text on one line and without the icons that lists and the status bar render for
 * `$(name)`.
 */
export function plain(text: string): string {
  return withoutIcons(displayText(text) ?? '');
}

/** Returns the same without shortening, for texts that the user must read completely before deciding. */
export function plainWhole(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]+/gu, ' ').replace(/\s+/g, ' ');
  return withoutIcons(line.trim());
}

function withoutIcons(text: string): string {
  return text.replaceAll('$(', '$ (');
}

/** The most names that a notification lists; the list that follows it shows all of them. */
const mostNamed = 3;

/** Returns the first names, and the number of further ones. */
export function firstNames(names: readonly string[]): string {
  const more = names.length - mostNamed;
  return [...names.slice(0, mostNamed), ...(more > 0 ? [vscode.l10n.t('{0} more', more)] : [])].join(', ');
}
