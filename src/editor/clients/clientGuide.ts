import type { ClipboardWriter } from '../adapters/notifications.js';
import * as vscode from 'vscode';
import { clientToRegister } from '../../broker/clients/clientToRegister.js';
import type { ClientSecrets } from '../../broker/clients/clientSecrets.js';
import { findOut, type FindingParts } from '../../broker/discovery/findings.js';
import { errorName } from '../../base/errorName.js';
import type { Disposable } from '../../base/clock.js';
import type { Log } from '../../base/log.js';
import type { RedirectUris } from '../../broker/ports.js';
import type { ServerConfig } from '../../broker/settings/serverSettings.js';
import { OAuthFlowError } from '../../oauth/oauthFlowError.js';
import { fromGuide, type FromGuide, type GuideRow, type ToGuide } from '../../webview/clientGuideProtocol.js';
import { clientGuidePage, guideRows } from './clientGuidePage.js';
import { setClient, type SetClientParts } from './setClient.js';
import type { PersonalSignIn } from '../signIn/personalSignIn.js';
import { signInReport } from '../signIn/signInReport.js';
import { SettingUnwritable } from '../settings/writeSetting.js';

const viewType = 'mcpOAuthBroker.clientGuide';

export interface ClientGuideParts extends SetClientParts {
  readonly finding: FindingParts;
  readonly redirects: RedirectUris;
  readonly clientSecrets: ClientSecrets;
  readonly personalSignIn: { readonly signIn: PersonalSignIn['signIn'] };
  readonly log: Log;
  readonly extensionUri: vscode.Uri;
}

/**
 * “Set Client ID…”: a page for each server that shows what to register, accepts the new client's data, and
 * tests it.
 */
export class ClientGuides implements Disposable {
  readonly #open = new Map<string, { readonly panel: vscode.WebviewPanel; readonly guide: ClientGuide }>();

  constructor(private readonly parts: ClientGuideParts) {}

  show(server: ServerConfig): void {
    const { name } = server;
    const open = this.#open.get(name);
    if (open !== undefined) {
      open.panel.reveal();
      return;
    }
    const { extensionUri } = this.parts;
    const roots = ['dist', 'media'].map((folder) => vscode.Uri.joinPath(extensionUri, folder));
    const options = { enableScripts: true, localResourceRoots: roots };
    const title = vscode.l10n.t('Client for {0}', name);
    const panel = vscode.window.createWebviewPanel(viewType, title, vscode.ViewColumn.Active, options);
    const guide = new ClientGuide(name, this.parts, (message) => void panel.webview.postMessage(message));
    this.#open.set(name, { panel, guide });
    panel.onDidDispose(() => {
      guide.dispose();
      this.#open.delete(name);
    });
    panel.webview.onDidReceiveMessage((message: unknown) => void guide.receive(message));
    panel.webview.html = clientGuidePage(resources(panel.webview, extensionUri), name);
  }

  dispose(): void {
    for (const { panel } of [...this.#open.values()]) panel.dispose();
  }
}

/** The logic of one server's page. */
export class ClientGuide implements Disposable {
  readonly #abort = new AbortController();
  #rows: readonly GuideRow[] = [];
  #isBusy = false;

  /** @param tell posts a message to the page */
  constructor(
    private readonly name: string,
    private readonly parts: ClientGuideParts,
    private readonly tell: (message: ToGuide) => void,
    private readonly clipboard: ClipboardWriter = vscode.env.clipboard,
  ) {}

  /** @param message a message from the page; unknown messages are ignored */
  async receive(message: unknown): Promise<void> {
    const request = fromGuide(message);
    if (request === undefined) return;
    try {
      await this.#do(request);
    } catch (error) {
      if (this.#abort.signal.aborted) return;
      if (error instanceof SettingUnwritable) this.#say('error', error.message);
      else {
        this.parts.log.error(`The page for the client of ${this.name} failed (${errorName(error)}).`);
        this.#say('error', vscode.l10n.t('Something went wrong. For details, see the log.'));
      }
    }
  }

  dispose(): void {
    this.#abort.abort();
  }

  async #do(request: FromGuide): Promise<void> {
    switch (request.kind) {
      case 'ready':
        return this.#show();
      case 'copy':
        return this.#copy(request.row, request.at);
      case 'save':
      case 'test':
        if (this.#isBusy) return;
        this.#isBusy = true;
        try {
          await this.#save(request.clientId, request.secret, request.kind === 'test');
        } finally {
          this.#isBusy = false;
        }
    }
  }

  async #show(): Promise<void> {
    const { t } = vscode.l10n;
    const server = this.#server();
    this.#tellFacts(server, t('Checking what {0} needs…', new URL(server.url).host), [], false);
    const findings = await findOut(server, this.parts.finding, this.#abort.signal);
    if (findings.kind === 'open') {
      const introduction = t('{0} doesn’t require a sign-in, so it needs no client.', server.name);
      this.#tellFacts(server, introduction, [], false, false);
      return;
    }
    try {
      if (findings.kind === 'failed') throw findings.error;
      const client = await clientToRegister(server, findings.discovered, this.parts.redirects);
      this.#rows = guideRows(client);
      const introduction = t(
        'Register a client (also called an app) on the developer pages of {0}, or ask its administrator. Then enter the client ID here.',
        client.host,
      );
      this.#tellFacts(server, introduction, this.#rows, client.needsSecret);
    } catch (error) {
      if (!(error instanceof OAuthFlowError)) throw error;
      const advice = t('The values to register couldn’t be determined. {0}', error.advice);
      this.#tellFacts(server, advice, [], false);
    }
  }

  #tellFacts(
    server: ServerConfig,
    introduction: string,
    rows: readonly GuideRow[],
    isSecretNeeded: boolean,
    needsClient = true,
  ) {
    const { t } = vscode.l10n;
    const secretNote = isSecretNeeded
      ? t('The provider requires one. It is kept in this editor’s secret storage.')
      : t('Leave it empty if you didn’t get one. It is kept in this editor’s secret storage.');
    const { clientId = '' } = server.oauth;
    const hasClient = clientId !== '';
    // A secret may already be stored, but it is not shown again.
    const needsSecret = isSecretNeeded && !hasClient;
    this.tell({ kind: 'facts', introduction, rows, needsClient, needsSecret, clientId, secretNote });
  }

  async #copy(row: number, at: number): Promise<void> {
    const value = this.#rows[row]?.values[at]?.value;
    if (value === undefined) return;
    await this.clipboard.writeText(value);
    this.#say('information', vscode.l10n.t('Copied: {0}', value));
  }

  async #save(clientId: string, secret: string, isTest: boolean): Promise<void> {
    const { t } = vscode.l10n;
    if (clientId === '') {
      this.#say('error', t('Enter the client ID first.'));
      return;
    }
    this.#say('information', t('Saving…'), { isBusy: true });
    await setClient(this.#server(), clientId, secret, this.parts);
    if (!isTest) {
      this.#say('success', t('Saved. The next sign-in will use it.'), { isSaved: true });
      return;
    }
    this.#say('information', t('Saved. Continue in your browser…'), { isBusy: true, isSaved: true });
    const server = this.#server();
    const outcome = await this.parts.personalSignIn.signIn(server);
    const report = signInReport(server, outcome);
    if (report === undefined) this.#say('information', t('The sign-in was cancelled.'));
    else this.#say(outcome.kind === 'signedIn' ? 'success' : 'error', report.message);
  }

  /** Returns the server as currently configured. */
  #server(): ServerConfig {
    const server = this.parts.settings.find(this.name);
    if (server !== undefined) return server;
    throw new SettingUnwritable(vscode.l10n.t('The server “{0}” is no longer in the settings.', this.name));
  }

  #say(
    tone: 'information' | 'success' | 'error',
    text: string,
    { isBusy = false, isSaved = false }: { readonly isBusy?: boolean; readonly isSaved?: boolean } = {},
  ): void {
    this.tell({ kind: 'status', tone, text, isBusy, isSaved });
  }
}

function resources(webview: vscode.Webview, extensionUri: vscode.Uri) {
  const address = (...path: string[]) =>
    webview.asWebviewUri(vscode.Uri.joinPath(extensionUri, ...path)).toString();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return {
    style: address('media', 'clientGuide.css'),
    script: address('dist', 'clientGuide.js'),
    source: webview.cspSource,
    nonce: Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(''),
  };
}
