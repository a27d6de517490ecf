import * as vscode from 'vscode';
import type { AddServerWindow } from '../../src/editor/commands/addServer.js';

/** Answers dialogues as a user does, and records what they showed. */
export class DialogueAnswers {
  readonly shown: string[] = [];
  readonly #answers: (string | undefined)[];

  /**
   * @param answers in order: the text to type, or part of the line or button to choose; undefined closes
   *   the dialogue
   */
  constructor(...answers: (string | undefined)[]) {
    this.#answers = answers;
  }

  get window(): AddServerWindow {
    const choose = (texts: readonly string[]) => {
      const answer = this.#answers.shift();
      return answer === undefined ? -1 : texts.findIndex((text) => text.includes(answer));
    };
    const message = (text: string, ...rest: (string | vscode.MessageOptions)[]) => {
      const buttons = rest.filter((part) => typeof part === 'string');
      const [detail] = rest.flatMap((part) => (typeof part === 'string' ? [] : [part.detail]));
      this.shown.push(detail === undefined ? text : `${text} ${detail}`);
      return Promise.resolve(buttons[choose(buttons)]);
    };
    return {
      showInputBox: async (options: vscode.InputBoxOptions) => {
        const answer = this.#answers.shift();
        const typed = answer === '' ? options.value : answer;
        const problem = typed === undefined ? undefined : await options.validateInput?.(typed);
        if (problem !== undefined && problem !== null) this.shown.push(problem as string);
        // An input box with a problem cannot be confirmed, only closed.
        return problem === undefined || problem === null ? typed : undefined;
      },
      showQuickPick: (
        items: readonly (string | vscode.QuickPickItem)[],
        options?: vscode.QuickPickOptions,
      ) => {
        const lines = items.map((item) =>
          typeof item === 'string'
            ? item
            : `${item.label} | ${item.description ?? ''} | ${item.detail ?? ''}${item.picked === true ? ' | picked' : ''}`,
        );
        this.shown.push(...lines);
        if (options?.canPickMany !== true) return Promise.resolve(items[choose(lines)]);
        // Parts of the lines to select, separated by commas.
        const ticked = this.#answers.shift()?.split(',');
        return Promise.resolve(
          ticked && items.filter((_item, at) => ticked.some((part) => lines[at]?.includes(part) === true)),
        );
      },
      createQuickPick: () => this.#quickPick(),
      showErrorMessage: message,
      showInformationMessage: message,
      showWarningMessage: message,
      withProgress: vscode.window.withProgress,
    } as unknown as AddServerWindow;
  }

  /**
   * A list with an input box. An answer is the text to type and, after ` → `, part of the row to choose.
   * Without a row, Enter is pressed at once. If the list then stays open, it is recorded and closed.
   */
  #quickPick(): vscode.QuickPick<vscode.QuickPickItem> {
    const listeners = { value: [], accept: [], hide: [] } as Record<string, (() => void)[]>;
    const on = (event: string) => (listener: () => void) => {
      listeners[event]?.push(listener);
      return { dispose: () => undefined };
    };
    const fire = (event: string) => listeners[event]?.forEach((listener) => listener());
    let isOpen = false;
    const pick = {
      value: '',
      busy: false,
      items: [] as readonly vscode.QuickPickItem[],
      selectedItems: [] as readonly vscode.QuickPickItem[],
      activeItems: [],
      onDidChangeValue: on('value'),
      onDidAccept: on('accept'),
      onDidHide: on('hide'),
      dispose: () => undefined,
      hide: () => {
        if (isOpen) fire('hide');
        isOpen = false;
      },
      show: () => {
        isOpen = true;
        void answer();
      },
    };
    const lines = () =>
      pick.items.map(({ label, description, detail }) => `${label} | ${description ?? ''} | ${detail ?? ''}`);
    const answer = async () => {
      const [typed, chosen] = this.#answers.shift()?.split(' → ') ?? [];
      if (typed !== undefined) {
        pick.value = typed;
        fire('value');
        while (chosen !== undefined && pick.busy) await new Promise(setImmediate);
        if (chosen !== undefined) this.shown.push(...lines());
        const at = chosen === undefined ? -1 : lines().findIndex((line) => line.includes(chosen));
        pick.selectedItems = at < 0 ? [] : pick.items.slice(at, at + 1);
        fire('accept');
        if (isOpen) this.shown.push(...lines());
      }
      pick.hide();
    };
    return pick as unknown as vscode.QuickPick<vscode.QuickPickItem>;
  }
}
