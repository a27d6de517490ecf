import * as vscode from 'vscode';
import type { EditorPlace } from './editorPlace.js';

/** What decides whether the operating system opens this editor's own addresses with it. */
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

/** Undefined in an editor that does not say: older ones lack the property, and some throw as it was a proposal then. */
function isPortable(env: object): boolean | undefined {
  try {
    return (env as { readonly isAppPortable?: boolean }).isAppPortable;
  } catch {
    return undefined;
  }
}
