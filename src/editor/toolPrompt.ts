import * as vscode from 'vscode';
import type { ToolPrompt, ToolQuestion } from '../broker/tools/toolPrompt.js';
import { notifications, type Notifications } from './notifications.js';

/** The question about a call that no chat can ask, as a notification. */
export class NotificationToolPrompt implements ToolPrompt {
  constructor(private readonly notices: Pick<Notifications, 'information'> = notifications) {}

  async ask(question: ToolQuestion, signal: AbortSignal): Promise<boolean> {
    const { t } = vscode.l10n;
    const what = question.agent === undefined ? calledNow(question) : calledAgain(question, question.agent);
    const allow = t('Allow Once');
    const message = `${what} ${t('Your rule is to ask every time.')}`;
    const choice = await this.notices.information(message, allow, t('Do Not Run'));
    // A notification cannot be taken back: whoever answers late answers nobody.
    return choice === allow && !signal.aborted;
  }
}

function calledNow({ server, tool, account }: ToolQuestion): string {
  const { t } = vscode.l10n;
  return account === undefined
    ? t('{0} on {1} is about to be called, outside the chat.', tool, server.name)
    : t('{0} on {1} is about to be called as {2}, outside the chat.', tool, server.name, account);
}

function calledAgain({ server, tool, account }: ToolQuestion, agent: string): string {
  const { t } = vscode.l10n;
  return account === undefined
    ? t(
        'The agent {0} wants to call {1} on {2}, and may within two minutes of your yes.',
        agent,
        tool,
        server.name,
      )
    : t(
        'The agent {0} wants to call {1} on {2} as {3}, and may within two minutes of your yes.',
        agent,
        tool,
        server.name,
        account,
      );
}
