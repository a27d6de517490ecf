import * as vscode from 'vscode';

/** Where the extension runs, as far as that affects what it may assume about the user's machine. */
export interface EditorPlace {
  /**
   * Whether the editor runs on a desktop, so that callbacks arrive through the operating system, and not in a
   * browser.
   */
  readonly isDesktop: boolean;
  /**
   * Whether the extension host runs on the user's own machine, so that its loopback addresses, disk and
   * browser are the user's.
   */
  readonly isUsersMachine: boolean;
}

/**
 * Determines the place. The remote's name is not sufficient: with `extensionKind` `ui`, the extension runs on
 * the user's machine even in a remote window.
 */
export function editorPlace({
  extensionKind,
}: {
  readonly extensionKind: vscode.ExtensionKind;
}): EditorPlace {
  const isDesktop = vscode.env.uiKind === vscode.UIKind.Desktop;
  return { isDesktop, isUsersMachine: isDesktop && extensionKind === vscode.ExtensionKind.UI };
}
