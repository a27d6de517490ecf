import type * as vscode from 'vscode';

/** The keys of all secrets; none in an older editor, which does not list them. */
export async function secretKeys(secrets: vscode.SecretStorage): Promise<readonly string[]> {
  const { keys } = secrets as { keys?: () => Thenable<string[]> };
  return keys === undefined ? [] : keys.call(secrets);
}
