import * as vscode from 'vscode';
import type { ToolCallsWords } from '../webview/toolCallsProtocol.js';

/** The words of the record of tool calls. */
export function callWords(): ToolCallsWords {
  const { t } = vscode.l10n;
  return {
    locale: vscode.env.language,
    columns: {
      time: t('Time'),
      caller: t('Caller'),
      server: t('Server'),
      tool: t('Tool'),
      account: t('Account'),
      scopes: t('Scopes'),
      consent: t('Consent'),
      outcome: t('Outcome'),
      milliseconds: t('ms'),
    },
    callers: {
      chat: t('Chat'),
      editor: t('Editor'),
      agentHost: t('{0} (agent host)'),
      extension: t('Extension'),
      agent: t('Agent'),
    },
    consents: {
      none: t('None'),
      used: t('Used'),
      signInAsked: t('Sign-in asked'),
      stepUpAsked: t('More access asked'),
    },
    outcomes: {
      succeeded: t('Succeeded'),
      toolError: t('Tool error'),
      inputRequired: t('Question asked'),
      refused: t('Refused'),
      failed: t('Failed'),
      cancelled: t('Cancelled'),
    },
    reasons: {
      declined: t('declined'),
      signInCancelled: t('sign-in cancelled'),
      timedOut: t('timed out'),
      signInFailed: t('sign-in failed'),
      grantedLess: t('granted less'),
      notSettled: t('asked again and again'),
      denied: t('denied by the server'),
      blockedByRule: t('blocked by a rule'),
      notAdmitted: t('not what the agent was admitted to'),
      consentMissing: t('you had not consented yet'),
      malformed: t('malformed'),
    },
    details: {
      address: t('Address'),
      asked: t('Scopes asked for'),
      waited: t('ms waiting for you'),
      conversation: t('Chat'),
      request: t('Request in the chat'),
      arguments: t('Arguments'),
      none: t('Choose a call to see all that is known of it.'),
    },
    count: t('{0} of {1} calls'),
    unknownField: t('No call matches. “{0}” is no term, and was looked for as words. Terms: {1}'),
    unknownValue: t('No call matches. None can be “{0}”; in its place can be: {1}'),
    nothingFound: t('No call matches. Terms: server: tool: outcome: account: caller: consent: scope:'),
  };
}
