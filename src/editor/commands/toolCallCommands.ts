import * as vscode from 'vscode';
import type { CallLedger } from '../../broker/calls/callLedger.js';
import { callLine, type RecordedCall } from '../../broker/calls/callRecord.js';
import type { Clock } from '../../base/clock.js';
import type { Commands } from '../adapters/commands.js';
import { notifications } from '../adapters/notifications.js';
import type { ToolCallsView } from '../views/toolCallsView.js';

export interface ToolCallParts {
  readonly ledger: CallLedger;
  readonly view: ToolCallsView;
  readonly clock: Clock;
}

/** A file that is written within this time, in milliseconds, needs no progress notification. */
const unwatched = 1_000;
/** The number of lines that are formatted before other work may run. */
const chunk = 500;

/** Registers “Show Tool Calls”, “Export Tool Calls…” and “Clear Tool Calls…”. */
export function registerToolCallCommands(commands: Commands, parts: ToolCallParts): void {
  commands.register('showToolCalls', () => {
    parts.view.show();
    return Promise.resolve();
  });
  commands.register('exportToolCalls', () => exportCalls(parts));
  commands.register('clearToolCalls', () => clearCalls(parts.ledger));
}

async function exportCalls({ ledger, clock }: ToolCallParts): Promise<void> {
  const { t } = vscode.l10n;
  const calls = await ledger.all();
  if (calls.length === 0) {
    void notifications.information(t('There are no tool calls to export yet.'));
    return;
  }
  const name = `tool-calls-${new Date(clock.now()).toISOString().slice(0, 10)}.jsonl`;
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const options: vscode.SaveDialogOptions = {
    filters: { [t('JSON Lines')]: ['jsonl'] },
    saveLabel: t('Export'),
  };
  if (folder !== undefined) options.defaultUri = vscode.Uri.joinPath(folder, name);
  const target = await vscode.window.showSaveDialog(options);
  if (target === undefined) return;
  const abort = new AbortController();
  const writing = write(calls, target, abort.signal);
  const late = Promise.withResolvers<'late'>();
  const timer = clock.after(unwatched, () => late.resolve('late'));
  const isLate = (await Promise.race([writing, late.promise])) === 'late';
  timer.dispose();
  if (isLate) {
    await notifications.progress(t('Exporting {0} tool calls…', calls.length), (_say, token) => {
      token.onCancellationRequested(() => abort.abort());
      return writing;
    });
  }
  if (!abort.signal.aborted) void notifications.information(t('{0} tool calls were exported.', calls.length));
}

/** Writes one line for each call, the oldest first. If cancelled, it leaves no file. */
async function write(
  calls: readonly RecordedCall[],
  target: vscode.Uri,
  signal: AbortSignal,
): Promise<'written'> {
  const lines: string[] = [];
  for (const [at, call] of calls.toReversed().entries()) {
    lines.push(`${callLine(call)}\n`);
    if (at % chunk === 0) await new Promise<void>((resolve) => setTimeout(resolve));
    if (signal.aborted) return 'written';
  }
  await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(lines.join('')));
  if (signal.aborted) await vscode.workspace.fs.delete(target);
  return 'written';
}

async function clearCalls(ledger: CallLedger): Promise<void> {
  const { t } = vscode.l10n;
  const { length } = await ledger.all();
  if (length === 0) {
    void notifications.information(t('There are no tool calls to clear.'));
    return;
  }
  const clear = t('Clear');
  const answer = await notifications.modal(
    t('Clear the record of {0} tool calls?', length.toLocaleString(vscode.env.language)),
    t(
      'They are removed from this machine, for every window. This can’t be undone. To keep a copy, export them first.',
    ),
    clear,
  );
  if (answer === clear) await ledger.clear();
}
