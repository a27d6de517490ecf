import * as vscode from 'vscode';
import type { SettingProblem } from '../broker/settings/serverSettings.js';
import { commandId } from './commands.js';
import { describeProblem, problemName } from './settingsProblems.js';
import { statusWords } from './statusWords.js';
import { treeRow, type TreeRow } from './treeRow.js';

/** Something in the settings that cannot be used; chosen, it opens them. */
export function problemRow(problem: SettingProblem): TreeRow {
  const row = treeRow({
    id: `problem ${problem.server} ${problem.field}`,
    kind: 'problem',
    label: problemName(problem),
    description: `${statusWords('misconfigured').label} – ${problem.message}`,
    spoken: describeProblem(problem),
    icon: 'warning',
    color: 'list.warningForeground',
  });
  row.item.command = { command: commandId('openSettings'), title: vscode.l10n.t('Open Settings') };
  return row;
}
