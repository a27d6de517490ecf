import * as vscode from 'vscode';
import type { Disposable } from '../../base/clock.js';

const scheme = 'mcp-oauth-configuration';
/** The most texts that are kept for tabs that are still open. */
const mostTexts = 20;

/** The planned change of a file. */
interface PreviewedChange {
  /** The file's URI. */
  readonly uri: string;
  /** The current content of the file; undefined if there is none. */
  readonly before: string | undefined;
  readonly after: string;
}

/**
 * Shows the planned content of a configuration file next to its current content, before anything is written.
 */
export class ConfigurationPreview implements vscode.TextDocumentContentProvider, Disposable {
  readonly #texts = new Map<string, string>();
  readonly #registration = vscode.workspace.registerTextDocumentContentProvider(scheme, this);

  provideTextDocumentContent(uri: vscode.Uri): string | undefined {
    return this.#texts.get(uri.query);
  }

  async show({ uri, before, after }: PreviewedChange): Promise<void> {
    const file = vscode.Uri.parse(uri);
    const present = before === undefined ? this.#document(file, '') : file;
    const title = vscode.l10n.t(
      '{0}: current and with changes',
      file.path.slice(file.path.lastIndexOf('/') + 1),
    );
    await vscode.commands.executeCommand('vscode.diff', present, this.#document(file, after), title);
  }

  /** Closes the preview, which has no purpose once the user has decided. */
  async close(): Promise<void> {
    const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
    const isShown = ({ input }: vscode.Tab) =>
      input instanceof vscode.TabInputTextDiff && input.modified.scheme === scheme;
    await vscode.window.tabGroups.close(tabs.filter(isShown));
  }

  dispose(): void {
    this.#registration.dispose();
    this.#texts.clear();
  }

  /** Returns a URI whose path gives the tab its name and language, and whose query identifies the text. */
  #document(file: vscode.Uri, text: string): vscode.Uri {
    const query = crypto.randomUUID();
    this.#texts.set(query, text);
    for (const oldest of this.#texts.keys()) {
      if (this.#texts.size <= mostTexts) break;
      this.#texts.delete(oldest);
    }
    return file.with({ scheme, query });
  }
}
