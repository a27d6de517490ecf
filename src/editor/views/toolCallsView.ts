import * as vscode from 'vscode';
import type { CallLedger } from '../../broker/calls/callLedger.js';
import type { Disposable } from '../../base/clock.js';
import { pageRequests, type PageRequest, type ToPage } from '../../webview/toolCallsProtocol.js';
import { callTexts, toolCallsPage } from './toolCallsPage.js';
import { commandId } from '../adapters/commands.js';

const viewType = 'mcpOAuthBroker.toolCalls';
/** More than fit on any screen. */
const firstCalls = 200;
/** As many as a page takes in without a frame late, also over a slow line. */
const furtherCalls = 1_000;

/** “Show Tool Calls”: the record as a page beside the editors, one at a time, that goes on while it is open. */
export class ToolCallsView implements Disposable {
  #panel: vscode.WebviewPanel | undefined;
  /** How many of the newest the page has been given; newer ones since then come on top. */
  #given = 0;
  /** What the page's filter becomes once the page is there. */
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

  /** @param filter in the terms of `callFilter`, in place of what the page's filter says; absent: as it is */
  show(filter?: string): void {
    this.#filter = filter;
    if (this.#panel !== undefined) {
      // A page that is hidden behind another tab hears nothing, and is made again when it is shown.
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
      // Sent again each time the page comes back from behind another tab.
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

  /** What is in view first: all of them take a moment, and longer to a window far away. */
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

  /** If newer calls have come on top meanwhile, some are given twice. */
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
