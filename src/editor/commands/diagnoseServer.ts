import { defined } from '../../base/defined.js';
import * as vscode from 'vscode';
import type { ClientStore } from '../../broker/clients/clientStore.js';
import type { SentRedirects } from '../../broker/clients/sentRedirects.js';
import type { CredentialStore } from '../../broker/accounts/credentialStore.js';
import { diagnose } from '../../broker/diagnosis/diagnosis.js';
import { diagnosisReport } from '../../broker/diagnosis/diagnosisReport.js';
import type { ClientSecrets } from '../../broker/clients/clientSecrets.js';
import type { DiscoveryParts } from '../../broker/discovery/discovery.js';
import { identityProviderAsServer } from '../../broker/settings/identityProviderSetting.js';
import type { Clock, Disposable } from '../../base/clock.js';
import type { RedirectUris } from '../../broker/ports.js';
import type { ServerConfig } from '../../broker/settings/serverSettings.js';
import type { Network } from '../../oauth/httpContext.js';
import { notifications } from '../adapters/notifications.js';
import type { EditorServerSettings } from '../settings/serverSettings.js';

const scheme = 'mcp-oauth-diagnosis';
/**
 * The time limit of a diagnosis, in milliseconds, because the user waits for it; each request also has its
 * own limit.
 */
const patience = 60_000;
/** The most reports that are kept for tabs that are still open. */
const mostReports = 20;

/** The stored answers for sign-ins. */
interface DiagnosisAnswers extends DiscoveryParts {
  readonly clientSecrets: ClientSecrets;
  readonly sentRedirects?: SentRedirects;
}

export interface DiagnoseServerParts {
  readonly credentials: CredentialStore;
  readonly http: Network;
  readonly clock: Clock;
  readonly discovery: DiagnosisAnswers;
  readonly clients: ClientStore;
  readonly redirects: RedirectUris;
  readonly settings: EditorServerSettings;
}

/** “Diagnose Server…”: runs the ten steps without signing in, and shows the findings in a document. */
export class DiagnoseServer implements vscode.TextDocumentContentProvider, Disposable {
  readonly #reports = new Map<string, string>();
  readonly #registration = vscode.workspace.registerTextDocumentContentProvider(scheme, this);

  /** @param context provides the version of the extension */
  constructor(
    private readonly context: { readonly extension: vscode.Extension<unknown> },
    private readonly parts: DiagnoseServerParts,
  ) {}

  provideTextDocumentContent(uri: vscode.Uri): string | undefined {
    return this.#reports.get(uri.query);
  }

  async run(server: ServerConfig): Promise<void> {
    const report = await this.#report(server);
    if (report === undefined) return;
    const id = crypto.randomUUID();
    this.#keep(id, report);
    // The path gives the tab its name; the query identifies the report.
    const path = `/Diagnosis of ${server.name.replace(/[\\/]/g, '-')}.md`;
    const document = await vscode.workspace.openTextDocument(vscode.Uri.from({ scheme, path, query: id }));
    await showRendered(document);
  }

  dispose(): void {
    this.#registration.dispose();
    this.#reports.clear();
  }

  /** @returns undefined if the user cancelled */
  async #report(server: ServerConfig): Promise<string | undefined> {
    const { credentials, http, clock, discovery, clients, redirects, settings } = this.parts;
    const provider = settings.identityProvider && identityProviderAsServer(settings.identityProvider);
    const identityProvider = provider && {
      issuer: provider.url,
      isSignedIn: (await credentials.get(provider.url))?.client.clientId === provider.oauth.clientId,
    };
    const { version } = this.context.extension.packageJSON as { readonly version?: unknown };
    const credential = await credentials.get(server.url);
    const present =
      credential &&
      defined({
        scopes: credential.tokens.scopes,
        refreshable: credential.tokens.refreshToken !== undefined,
        expiresAt: credential.tokens.expiresAt,
      });
    const parts = {
      ...{ http, clock, discovery, clientSecrets: discovery.clientSecrets, present, identityProvider },
      registered: { clients, redirects, sentRedirects: discovery.sentRedirects },
    };
    const title = vscode.l10n.t('Checking the sign-in to {0}…', server.name);
    return notifications.progress(title, async (_say, token) => {
      const abort = new AbortController();
      token.onCancellationRequested(() => abort.abort());
      const late = this.parts.clock.after(patience, () => abort.abort());
      try {
        return diagnosisReport(await diagnose(server, parts, abort.signal), String(version));
      } catch (error) {
        if (abort.signal.aborted) return undefined;
        throw error;
      } finally {
        late.dispose();
      }
    });
  }

  #keep(id: string, report: string): void {
    this.#reports.set(id, report);
    const [oldest] = this.#reports.keys();
    if (this.#reports.size > mostReports && oldest !== undefined) this.#reports.delete(oldest);
  }
}

/**
 * Shows rendered Markdown; the preview has a button that opens the source. Texts from servers are plain text
 * there too (see `diagnosisReport`). If the editor's Markdown extension is turned off, the source is shown.
 */
async function showRendered(document: vscode.TextDocument): Promise<void> {
  try {
    await vscode.commands.executeCommand('markdown.showPreview', document.uri);
  } catch {
    await vscode.window.showTextDocument(document, { preview: false });
  }
}
