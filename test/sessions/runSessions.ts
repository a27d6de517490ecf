import path from 'node:path';
import { clientKinds } from './clients/clientKinds.js';
import { clientRow } from './clients/clientRow.js';
import { agentHost, localChat, subAgent } from './editor/chatKinds.js';
import { editorRow } from './editor/editorRow.js';
import { gateway } from './editor/gatewayRow.js';
import { SharedEditor } from './editor/sharedEditor.js';
import {
  events,
  gridText,
  runRow,
  type CellResult,
  type Row,
  type RowResult,
  type SessionEvent,
} from './grid.js';

/** Pictures of the cards, and of the screen when a cell failed. */
const pictures = path.resolve('.vscode-test', 'shots', 'sessions');

function rows(editor: SharedEditor): readonly Row[] {
  const packages = process.env['MCP_OAUTH_BROKER_CLIENTS'];
  return [
    ...[localChat, subAgent].map((kind) => editorRow(kind, editor, pictures)),
    editorRow(gateway(editor), editor, pictures),
    // In a session of the agent host, the editor lists that session's servers, so this row follows the rows
    // that use the editor's own list.
    editorRow(agentHost, editor, pictures),
    // Only npm run sessions installs the clients.
    ...(packages === undefined ? [] : clientKinds.map((kind) => clientRow(kind, packages))),
  ];
}

/** @param args parts of the names of sessions and events; if empty, all of them */
async function main(args: readonly string[]): Promise<boolean> {
  const isChosen = (name: string) => args.some((part) => name.toLowerCase().includes(part.toLowerCase()));
  const someOf = <Named>(all: readonly Named[], nameOf: (named: Named) => string) => {
    const chosen = all.filter((named) => isChosen(nameOf(named)));
    return chosen.length === 0 ? all : chosen;
  };
  const chosenEvents = someOf<SessionEvent>(events, (event) => event);
  const editor = new SharedEditor();
  // An editor keeps running after the process that started it, so it must be ended.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => void editor.close().finally(() => process.exit(1)));
  const results = new Map<string, Partial<RowResult>>();
  for (const row of someOf(rows(editor), ({ name }) => name)) {
    const tell = (event: SessionEvent, result: CellResult) =>
      console.log(`${row.name}, ${event}: ${wordsOf(result)}`);
    results.set(row.name, await runRow(row, chosenEvents, tell));
  }
  await editor.close();
  console.log(`\n${gridText(results)}`);
  const cells = [...results.values()].flatMap((row) => Object.values(row));
  const passed = cells.filter(({ kind }) => kind === 'passed').length;
  const failed = cells.filter(({ kind }) => kind === 'failed').length;
  console.log(`\n${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0;
}

function wordsOf(result: CellResult): string {
  if (result.kind === 'passed') return `passed in ${result.seconds.toFixed(1)} s`;
  return `${result.kind === 'failed' ? 'FAILED' : 'left out'}: ${result.why}`;
}

main(process.argv.slice(2)).then(
  // Leftovers of an unfinished cell must not keep the process running.
  (passed) => process.exit(passed ? 0 : 1),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
