import * as vscode from 'vscode';
import type { SettingProblem } from '../broker/serverSettings.js';
import { commandId } from './commands.js';
import { describeProblem } from './settingsProblems.js';
import { statusWords } from './statusWords.js';
import { treeRow, type TreeRow } from './treeRow.js';

/** Something in the settings that cannot be used; chosen, it opens them. */
export function problemRow(problem: SettingProblem): TreeRow {
  const row = treeRow({
    id: `problem ${problem.server} ${problem.field}`,
    kind: 'problem',
    label: labelOf(problem),
    description: `${statusWords('misconfigured').label} – ${problem.message}`,
    spoken: describeProblem(problem),
    icon: 'warning',
    color: 'list.warningForeground',
  });
  row.item.command = { command: commandId('openSettings'), title: vscode.l10n.t('Open Settings') };
  return row;
}

/** What is wrong in another setting than the servers' is no row of its server: it goes by where it stands. */
function labelOf({ server, field }: SettingProblem): string {
  if (server === '') return `mcpOAuthBroker.${field || 'servers'}`;
  const [setting, ...below] = field.split('.');
  return setting === 'toolRules' ? [setting, server, below.join('.')].filter(Boolean).join(' › ') : server;
}
