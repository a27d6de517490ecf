import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { getL10nJson } from '@vscode/l10n-dev';

/** The file that translations start from, as package.json names it, relative to the root. */
export const bundleFile = path.join('l10n', 'bundle.l10n.json');

/** A call of the translating function by its short name, up to its arguments. */
const shortCall = /(?<![\w$.])t\(/g;

/** Returns every source file with user-visible texts, with its content. */
export function translatedSources(root: string): readonly (readonly [string, string])[] {
  const source = path.join(root, 'src');
  return readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .sort()
    .map((file) => [file, readFileSync(path.join(source, file), 'utf8')] as const)
    .filter(([, text]) => text.search(shortCall) >= 0 || text.includes('l10n.t('));
}

/**
 * Returns the expected bundle of all texts in `src`.
 *
 * @param root absolute
 */
export async function wordsBundle(root: string): Promise<string> {
  // One script, since the exporter creates a parser for each.
  const contents = translatedSources(root).map(([, text]) => inFull(text));
  const all = [`import * as vscode from 'vscode';`, ...contents].join('\n');
  const found = await getL10nJson([{ extension: '.ts', contents: all }]);
  const words = Object.entries(found).sort(([one], [other]) => (one < other ? -1 : 1));
  return `${JSON.stringify(Object.fromEntries(words), undefined, 2)}\n`;
}

/** The exporter recognizes the function only by its full name. */
function inFull(text: string): string {
  const calls = text
    .replace(/(?<!vscode\.)\bl10n\.t\(/g, 'vscode.l10n.t(')
    .replace(shortCall, 'vscode.l10n.t(');
  return calls.includes("from 'vscode'") ? calls : `import * as vscode from 'vscode';\n${calls}`;
}
