import * as vscode from 'vscode';
import type { CallLedger } from '../../broker/calls/callLedger.js';
import type { Disposable } from '../../base/clock.js';
import { pageRequests, type PageRequest, type ToPage } from '../../webview/toolCallsProtocol.js';
import { callTexts, toolCallsPage } from './toolCallsPage.js';
import { commandId } from '../adapters/commands.js';

const viewType = 'mcpOAuthBroker.toolCalls';
/** The number of calls that the page gets first, which is more than fit on any screen. */
const firstCalls = 200;
/**
 * The number of further calls that the page gets at a time. The page can render this many without a delay,
 * even over a slow connection.
 */
const furtherCalls = 1_000;

/**
 * “Show Tool Calls”: the record of tool calls as a page in the editor area. There is at most one such page,
 * which is updated while it is open.
 */
export class ToolCallsView implements Disposable {
  #panel: vscode.WebviewPanel | undefined;
  /** The number of the newest calls that the page has; newer calls have been added above them since. */
  #given = 0;
  /** The filter to set once the page is ready. */
  #filter: string | undefined;
  readonly #subscriptions: readonly Disposable[];

  constructor(
    private readonly ledger: CallLedger,
    private readonly extensionUri: vscode.Uri,
  ) {
    this.#subscriptions = [
      ledger.onDidAdd((calls) => this.#tell({ kind: 'added', calls })),
      ledger.onDidRemove(() => void this.#fill()),
    ];
  }

  /**
   * Shows the page.
   *
   * @param filter in the syntax of `callFilter`, replaces the page's filter; if absent, the filter is
   *   unchanged
   */
  show(filter?: string): void {
    this.#filter = filter;
    if (this.#panel !== undefined) {
      // A page that is hidden behind another tab receives no messages, and is created again when it is shown.
      if (this.#panel.visible) this.#tellFilter();
      this.#panel.reveal();
      return;
    }
    const roots = ['dist', 'media'].map((folder) => vscode.Uri.joinPath(this.extensionUri, folder));
    const options = { enableScripts: true, localResourceRoots: roots };
    const title = vscode.l10n.t('Tool Calls');
    const panel = vscode.window.createWebviewPanel(viewType, title, vscode.ViewColumn.Active, options);
    panel.onDidDispose(() => (this.#panel = undefined));
    panel.webview.onDidReceiveMessage((message: unknown) => void this.#asked(requestIn(message)));
    panel.webview.html = this.#page(panel.webview);
    this.#panel = panel;
  }

  dispose(): void {
    this.#panel?.dispose();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  async #asked(request: PageRequest | undefined): Promise<void> {
    switch (request) {
      // The page sends this again each time it is shown after another tab.
      case 'ready':
        return this.#fill();
      case 'older':
        return this.#giveOlder();
      case 'export':
        await vscode.commands.executeCommand(commandId('exportToolCalls'));
        return;
      case 'clear':
        await vscode.commands.executeCommand(commandId('clearToolCalls'));
        return;
      case undefined:
        return;
    }
  }

  /**
   * Sends the visible calls first: sending all of them takes time, especially if the window is connected to a
   * distant machine.
   */
  async #fill(): Promise<void> {
    if (this.#panel === undefined) return;
    const calls = await this.ledger.all();
    this.#given = Math.min(calls.length, firstCalls);
    this.#tell({
      kind: 'calls',
      calls: calls.slice(0, firstCalls),
      isMore: calls.length > firstCalls,
      words: callTexts(),
    });
    this.#tellFilter();
  }

  #tellFilter(): void {
    if (this.#filter === undefined) return;
    this.#tell({ kind: 'filter', text: this.#filter });
    this.#filter = undefined;
  }

  /** Sends the next older calls. If newer calls have been added in the meantime, some are sent twice. */
  async #giveOlder(): Promise<void> {
    const calls = await this.ledger.all();
    const [from, to] = [this.#given, this.#given + furtherCalls];
    this.#given = Math.min(calls.length, to);
    this.#tell({ kind: 'older', calls: calls.slice(from, to), isMore: calls.length > to });
  }

  #tell(message: ToPage): void {
    void this.#panel?.webview.postMessage(message);
  }

  #page(webview: vscode.Webview): string {
    const address = (...path: string[]) =>
      webview.asWebviewUri(vscode.Uri.joinPath(this.extensionUri, ...path)).toString();
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return toolCallsPage(
      {
        style: address('media', 'toolCalls.css'),
        script: address('dist', 'toolCalls.js'),
        source: webview.cspSource,
        nonce: Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(''),
      },
      callTexts(),
    );
  }
}

function requestIn(message: unknown): PageRequest | undefined {
  const kind = (message as { kind?: unknown } | null | undefined)?.kind;
  return pageRequests.find((request) => request === kind);
}
