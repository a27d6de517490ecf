import * as vscode from 'vscode';
import type { RedirectUri, RedirectUris } from '../broker/ports.js';
import type { CallbackEditor } from './callbackUri.js';

/**
 * The addresses an authorization server may send the browser back to. On a desktop the handler's address is
 * always the same; in a browser or a remote window the editor makes one that works once.
 */
export class EditorRedirectUris implements RedirectUris {
  constructor(
    private readonly extensionId: string,
    private readonly listener: {
      loopbackRedirect(path: string, port?: number): Promise<RedirectUri>;
    },
  ) {}

  async uriHandler(path: string): Promise<RedirectUri & { readonly fixed: boolean }> {
    const own = vscode.Uri.parse(`${vscode.env.uriScheme}://${this.extensionId}${path}`, true);
    const fixed = isPlainDesktop();
    // Without `true` the editor's own query would come out encoded a second time.
    const uri = fixed ? own.toString(true) : (await vscode.env.asExternalUri(own)).toString(true);
    return { kind: 'uriHandler', uri, path, fixed, dispose: () => undefined };
  }

  loopback(path: string, port?: number): Promise<RedirectUri> {
    return this.listener.loopbackRedirect(path, port);
  }
}

/** A desktop editor whose extensions run on the same machine. */
function isPlainDesktop(): boolean {
  return vscode.env.uiKind === vscode.UIKind.Desktop && vscode.env.remoteName === undefined;
}

export function callbackEditor(): CallbackEditor {
  return { isDesktop: vscode.env.uiKind === vscode.UIKind.Desktop, isShared: isPlainDesktop() };
}
