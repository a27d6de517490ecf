import * as vscode from 'vscode';

/** The parts of the editor's window that show text in which links are live. */
export type NotificationWindow = Pick<
  typeof vscode.window,
  'showInformationMessage' | 'showWarningMessage' | 'showErrorMessage' | 'showInputBox' | 'withProgress'
>;

/**
 * What the person is told and asked, always as plain text. The editor makes links of `[label](address)` in
 * these places, `command:` addresses included, and much of what is shown was written by servers. Nothing else
 * in this folder may show a notification; a lint rule holds it.
 */
export class Notifications {
  constructor(private readonly window: Partial<NotificationWindow> = vscode.window) {}

  /** @returns the button that was pressed */
  information(message: string, ...buttons: readonly string[]): Promise<string | undefined> {
    return Promise.resolve(this.#part('showInformationMessage')(withoutLinks(message), ...buttons));
  }

  warning(message: string, ...buttons: readonly string[]): Promise<string | undefined> {
    return Promise.resolve(this.#part('showWarningMessage')(withoutLinks(message), ...buttons));
  }

  error(message: string, ...buttons: readonly string[]): Promise<string | undefined> {
    return Promise.resolve(this.#part('showErrorMessage')(withoutLinks(message), ...buttons));
  }

  /** A modal question: only for what must be decided before anything goes on. */
  modal(message: string, detail: string, ...buttons: readonly string[]): Promise<string | undefined> {
    const options = { modal: true, detail: withoutLinks(detail) };
    return Promise.resolve(this.#part('showWarningMessage')(withoutLinks(message), options, ...buttons));
  }

  /**
   * @param token closes it
   * @returns what was typed, undefined where the person closed it
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
   * @param work is given what says how far it is, and aborted or told when the person cancels
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

  #part<Name extends keyof NotificationWindow>(name: Name): NotificationWindow[Name] {
    return this.window[name] ?? vscode.window[name];
  }
}

export const notifications = new Notifications();

/** The text with nothing in it that the editor takes for a link; reads the same but for a space. */
export function withoutLinks(text: string): string {
  return text.replaceAll('](', '] (');
}
