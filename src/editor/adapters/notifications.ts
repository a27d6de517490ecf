import * as vscode from 'vscode';
import { displayText } from '../../base/displayText.js';

/** The part of the window that shows lists to choose from. */
export interface ChoiceWindow {
  readonly showQuickPick: typeof vscode.window.showQuickPick;
}

export interface ClipboardWriter {
  readonly writeText: vscode.Clipboard['writeText'];
}

/** The parts of the editor's window that show text in which links are live. */
export interface NotificationWindow {
  readonly showInformationMessage: typeof vscode.window.showInformationMessage;
  readonly showWarningMessage: typeof vscode.window.showWarningMessage;
  readonly showErrorMessage: typeof vscode.window.showErrorMessage;
  readonly showInputBox: typeof vscode.window.showInputBox;
  readonly withProgress: typeof vscode.window.withProgress;
}

/** The parts of the editor's window in which questions are asked. */
export type QuestionWindow = Partial<NotificationWindow> & ChoiceWindow;

/** Shows messages. Each method returns the button that was pressed. */
export interface MessageDisplay {
  information(message: string, ...buttons: readonly string[]): Promise<string | undefined>;
  warning(message: string, ...buttons: readonly string[]): Promise<string | undefined>;
  error(message: string, ...buttons: readonly string[]): Promise<string | undefined>;
}

/**
 * The editor shows a notification that has no button as one line, which it cuts off at about so many characters
 * (`notifications.ts`, `setActions`). One with a button is shown whole, so a longer text gets a button.
 */
const longestLine = 60;

/**
 * Messages and questions to the user, always as plain text. The editor makes links of `[label](address)` in
 * these places, `command:` addresses included, and much of what is shown was written by servers. Nothing else
 * in this folder may show a notification; a lint rule holds it.
 */
export class Notifications {
  constructor(private readonly window: Partial<NotificationWindow> = vscode.window) {}

  /** @returns the button that was pressed */
  information(message: string, ...buttons: readonly string[]): Promise<string | undefined> {
    return this.#show('showInformationMessage', message, buttons);
  }

  warning(message: string, ...buttons: readonly string[]): Promise<string | undefined> {
    return this.#show('showWarningMessage', message, buttons);
  }

  error(message: string, ...buttons: readonly string[]): Promise<string | undefined> {
    return this.#show('showErrorMessage', message, buttons);
  }

  /** A modal question: only for what must be decided before anything goes on. */
  modal(message: string, detail: string, ...buttons: readonly string[]): Promise<string | undefined> {
    const options = { modal: true, detail: withoutLinks(detail) };
    return Promise.resolve(this.#part('showWarningMessage')(withoutLinks(message), options, ...buttons));
  }

  /**
   * @param token closes it
   * @returns what was typed, undefined if the user closed it
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
   * Runs `work` under a notification that can be cancelled.
   *
   * @param work is given what says how far it is, and aborted or told when the user cancels
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

/** The text with nothing in it that the editor takes for a link; reads the same but for a space. */
export function withoutLinks(text: string): string {
  return text.replaceAll('](', '] (');
}

/** Copies, and says so. @param what it is, as the notification begins */
export async function copyToClipboard(text: string, what: string): Promise<void> {
  await vscode.env.clipboard.writeText(text);
  void notifications.information(vscode.l10n.t('{0} was copied to the clipboard.', what));
}

/** What a server wrote, as one line and without the icons that lists and the status bar draw for `$(name)`. */
export function plain(text: string): string {
  return withoutIcons(displayText(text) ?? '');
}

/** The same at any length, for what is decided on and must be seen whole. */
export function plainWhole(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]+/gu, ' ').replace(/\s+/g, ' ');
  return withoutIcons(line.trim());
}

function withoutIcons(text: string): string {
  return text.replaceAll('$(', '$ (');
}

/** So many are named in a notification; the list that follows it has all. */
const mostNamed = 3;

/** The first names, and how many more there are. */
export function firstNames(names: readonly string[]): string {
  const more = names.length - mostNamed;
  return [...names.slice(0, mostNamed), ...(more > 0 ? [vscode.l10n.t('{0} more', more)] : [])].join(', ');
}
