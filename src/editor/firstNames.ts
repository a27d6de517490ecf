import * as vscode from 'vscode';

/** So many are named in a notification; the list that follows it has all. */
const mostNamed = 3;

/** The first names, and how many more there are. */
export function firstNames(names: readonly string[]): string {
  const more = names.length - mostNamed;
  return [...names.slice(0, mostNamed), ...(more > 0 ? [vscode.l10n.t('{0} more', more)] : [])].join(', ');
}
