import { defined } from '../../base/defined.js';
import * as vscode from 'vscode';
import { findOut, type FindingParts } from '../../broker/discovery/findings.js';
import type { CredentialStore } from '../../broker/accounts/credentialStore.js';
import type { ServerConfig } from '../../broker/settings/serverSettings.js';
import { isScopeToken } from '../../oauth/wwwAuthenticateChallenge.js';
import { Notifications, plain, type QuestionWindow } from '../adapters/notifications.js';

interface ScopeItem extends vscode.QuickPickItem {
  readonly scope?: string;
}

/** Lets the user choose the scopes of a sign-in before any consent. */
export class ScopeChoice {
  readonly #notifications: Notifications;

  constructor(
    private readonly credentials: CredentialStore,
    private readonly finding: FindingParts,
    private readonly window: QuestionWindow = vscode.window,
  ) {
    this.#notifications = new Notifications(window);
  }

  /** @returns exactly the scopes to request; undefined if the user closed the list or no scopes are known */
  async choose(server: ServerConfig): Promise<readonly string[] | undefined> {
    const { t } = vscode.l10n;
    const known = await this.#known(server);
    if (known === undefined) return undefined;
    const other: ScopeItem = { label: `$(edit) ${t('Other scopes…')}` };
    const items: ScopeItem[] = known.all.map((scope) =>
      defined({
        label: plain(scope),
        description: known.held.includes(scope) ? t('granted') : undefined,
        picked: known.asked.includes(scope) || known.held.includes(scope),
        scope,
      }),
    );
    const picked = await this.window.showQuickPick([...items, other], {
      title: t('Sign in to {0} with which scopes?', server.name),
      placeHolder: t('Default and granted scopes are selected. Clearing a granted scope gives it up.'),
      canPickMany: true,
      ignoreFocusOut: true,
    });
    if (picked === undefined) return undefined;
    const chosen = picked.flatMap(({ scope }) => (scope === undefined ? [] : [scope]));
    if (!picked.includes(other)) return chosen;
    const typed = await this.#notifications.input({
      title: t('Other scopes'),
      prompt: t('Other scopes to request, separated by spaces'),
      ignoreFocusOut: true,
      validateInput: (text) =>
        wordsOf(text).every(isScopeToken) ? undefined : t('A scope can’t contain quotes or backslashes.'),
    });
    return typed === undefined ? undefined : [...new Set([...chosen, ...wordsOf(typed)])];
  }

  async #known(server: ServerConfig) {
    const title = vscode.l10n.t('Asking {0} how to sign in…', new URL(server.url).host);
    const findings = await this.#notifications.progress(title, async (_say, token) => {
      const abort = new AbortController();
      token.onCancellationRequested(() => abort.abort());
      return findOut(server, this.finding, abort.signal).catch((error: unknown) => {
        if (abort.signal.aborted) return undefined;
        throw error;
      });
    });
    if (findings === undefined) return undefined;
    if (findings.kind === 'open') {
      void this.#notifications.information(vscode.l10n.t('{0} doesn’t require a sign-in.', server.name));
      return undefined;
    }
    if (findings.kind === 'failed') {
      void this.#notifications.error(findings.error.advice);
      return undefined;
    }
    const { scopes: asked, resource, as } = findings.discovered;
    const held = (await this.credentials.get(server.url))?.tokens.scopes ?? [];
    const supported = [...(resource.scopesSupported ?? []), ...(as.scopes_supported ?? [])];
    return { asked, held, all: [...new Set([...asked, ...held, ...supported])].filter(isScopeToken) };
  }
}

function wordsOf(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
