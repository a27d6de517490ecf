import * as vscode from 'vscode';
import type { ExceptionName } from '../../broker/settings/oauthSettings.js';
import type { ServerConfig } from '../../broker/settings/serverSettings.js';
import type { SignInQuestions } from '../../broker/signIn/userQuestions.js';
import type { OAuthFlowError } from '../../oauth/oauthFlowError.js';
import { Redacted } from '../../base/redacted.js';
import { displayText, shownAddress } from '../../base/displayText.js';
import { commandId } from '../adapters/commands.js';
import { Notifications, type QuestionWindow } from '../adapters/notifications.js';
import { ClientSecrets } from '../../broker/clients/clientSecrets.js';
import { SentRedirects } from '../../broker/clients/sentRedirects.js';
import { MetadataCache } from '../../broker/discovery/metadataCache.js';
import type { Clock, Disposable } from '../../base/clock.js';
import type { Memory, SecretStore } from '../../base/storage.js';
import { ServerDecisions } from '../../broker/settings/serverDecisions.js';
import type { EditorServerSettings } from '../settings/serverSettings.js';

/** Asks the questions of a sign-in in the editor. */
export class EditorSignInQuestions implements SignInQuestions {
  readonly #notifications: Notifications;

  constructor(
    private readonly window: QuestionWindow = vscode.window,
    private readonly openGuide: (server: ServerConfig) => Thenable<unknown> = openClientGuide,
  ) {
    this.#notifications = new Notifications(window);
  }

  async authorizationServer(
    server: ServerConfig,
    issuers: readonly string[],
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const items = issuers.map((issuer) => ({
      // The server's text must not contain icons, which lists render for `$(name)`.
      label: (displayText(new URL(issuer).host) ?? '').replaceAll('$(', '$ ('),
      description: shownAddress(issuer).replaceAll('$(', '$ ('),
      issuer,
    }));
    const options = {
      title: vscode.l10n.t('Which authorization server do you want to use for {0}?', server.name),
      placeHolder: vscode.l10n.t(
        'The server names several authorization servers. Your choice is remembered.',
      ),
      ignoreFocusOut: true,
    };
    return cancellable(
      signal,
      async (token) => (await this.window.showQuickPick(items, options, token))?.issuer,
    );
  }

  async acceptException(server: ServerConfig, name: ExceptionName, fault: OAuthFlowError): Promise<boolean> {
    const accept = vscode.l10n.t('Accept for This Server');
    const detail = `${fault.message} ${consequenceOf(name)}`;
    const question = vscode.l10n.t('{0} doesn’t follow a rule that protects your sign-in.', server.name);
    return (await this.#notifications.modal(question, detail, accept)) === accept;
  }

  /**
   * Opens the page that guides through registering a client, and ends this sign-in, because registering takes
   * longer than a sign-in can wait.
   */
  clientId(server: ServerConfig): Promise<string | undefined> {
    void this.openGuide(server);
    return Promise.resolve(undefined);
  }
}

/** @param host the host of the authorization server, if it is known */
export async function askClientSecret(
  notifications: Notifications,
  server: ServerConfig,
  host?: string,
): Promise<Redacted | undefined> {
  const secret = await notifications.input({
    title: vscode.l10n.t('Client secret for {0}', server.name),
    prompt:
      host === undefined
        ? vscode.l10n.t(
            'It is kept in this editor’s secret storage and sent only to the authorization server.',
          )
        : vscode.l10n.t(
            '{0} also requires a client secret. It is kept in this editor’s secret storage.',
            host,
          ),
    password: true,
    ignoreFocusOut: true,
  });
  return secret === undefined || secret.trim() === '' ? undefined : new Redacted(secret.trim());
}

function openClientGuide({ name }: ServerConfig): Thenable<unknown> {
  return vscode.commands.executeCommand(commandId('setClientId'), name);
}

function consequenceOf(name: ExceptionName): string {
  switch (name) {
    case 'pkceNotAdvertised':
      return vscode.l10n.t(
        'If it doesn’t check PKCE, anyone who obtains the code from your browser’s callback could use it. PKCE is sent anyway.',
      );
    case 'issuerMismatch':
      return vscode.l10n.t(
        'Accept it only if you know that both names belong to the same provider. You will sign in at the addresses that this document names.',
      );
  }
}

/** Shows a list that closes when the sign-in ends. */
async function cancellable<T>(
  signal: AbortSignal,
  show: (token: vscode.CancellationToken) => Promise<T>,
): Promise<T> {
  const source = new vscode.CancellationTokenSource();
  const cancel = () => source.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    return await show(source.token);
  } finally {
    signal.removeEventListener('abort', cancel);
    source.dispose();
  }
}

/** The stored answers for sign-ins, and the questions for which there is no answer. */
export interface EditorAnswers extends Disposable {
  readonly questions: SignInQuestions;
  readonly decisions: ServerDecisions;
  readonly metadata: MetadataCache;
  readonly clientSecrets: ClientSecrets;
  /** The redirect URIs that sign-ins in this editor have sent, for the diagnosis. */
  readonly sentRedirects: SentRedirects;
  /** The current value of the setting. */
  readonly clientMetadataUrl: string | undefined;
}

export function editorAnswers(
  settings: EditorServerSettings,
  secrets: SecretStore,
  memory: Memory,
  clock: Clock,
): EditorAnswers {
  const clientSecrets = new ClientSecrets(secrets);
  const metadata = new MetadataCache(clock);
  const subscription = settings.onDidChange(() => metadata.clear());
  return {
    clientSecrets,
    metadata,
    decisions: new ServerDecisions(memory),
    sentRedirects: new SentRedirects(memory, clock),
    questions: new EditorSignInQuestions(),
    get clientMetadataUrl() {
      return settings.clientMetadataUrl;
    },
    dispose: () => subscription.dispose(),
  };
}
