import * as vscode from 'vscode';

/** Where the extension runs, as far as that decides what it may assume of the user's machine. */
export interface EditorPlace {
  /** A desktop editor, where callbacks come through the operating system; otherwise a browser. */
  readonly isDesktop: boolean;
  /** The extension host runs on the machine the user sits at, so its loopback addresses, disk and browser are theirs. */
  readonly isUsersMachine: boolean;
}

/**
 * The name of a remote does not tell: with `extensionKind` `ui` the extension runs on the user's machine in a remote
 * window too.
 */
export function editorPlace({
  extensionKind,
}: {
  readonly extensionKind: vscode.ExtensionKind;
}): EditorPlace {
  const isDesktop = vscode.env.uiKind === vscode.UIKind.Desktop;
  return { isDesktop, isUsersMachine: isDesktop && extensionKind === vscode.ExtensionKind.UI };
}
