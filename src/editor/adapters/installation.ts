import * as vscode from 'vscode';
import type { EditorPlace } from './editorPlace.js';

/** Returns the facts that decide whether the operating system opens this editor's URIs with this editor. */
export function installationOf(
  { globalStorageUri }: { readonly globalStorageUri: vscode.Uri },
  { isUsersMachine }: EditorPlace,
) {
  return {
    isPortable: isPortable(vscode.env),
    uriScheme: vscode.env.uriScheme,
    ...(isUsersMachine && { storage: globalStorageUri.fsPath }),
  };
}

/**
 * Returns whether the editor is portable; undefined in older editors, which lack the property or throw
 * because it was a proposed API.
 */
function isPortable(env: object): boolean | undefined {
  try {
    return (env as { readonly isAppPortable?: boolean }).isAppPortable;
  } catch {
    return undefined;
  }
}
