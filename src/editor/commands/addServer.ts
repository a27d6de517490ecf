import * as vscode from 'vscode';
import {
  findOut,
  findOutTransport,
  usualTransport,
  type FindingParts,
  type Findings,
  type TransportFindings,
} from '../../broker/discovery/findings.js';
import type { AddLink } from '../../broker/links/addLink.js';
import type { ServerStates } from '../../broker/status/serverStates.js';
import { AddressPick, type RegistryChoice, type AddressPickWindow, type Candidate } from './addressPick.js';
import { showFindings } from './discoveryFindings.js';
import { Notifications, type NotificationWindow, type ChoiceWindow } from '../adapters/notifications.js';
import type { PersonalSignIn } from '../signIn/personalSignIn.js';
import { askServerName, suggestedName } from './serverName.js';
import { openServerSettings, type EditorServerSettings } from '../settings/serverSettings.js';
import { SettingUnwritable } from '../settings/writeSetting.js';

/** The parts of the editor's window that the dialog uses. */
export type AddServerWindow = NotificationWindow & AddressPickWindow & ChoiceWindow;

export interface AddServerParts {
  readonly settings: EditorServerSettings;
  readonly registry: RegistryChoice;
  readonly personalSignIn: { readonly signIn: PersonalSignIn['signIn'] };
  readonly states: ServerStates;
  readonly finding: FindingParts;
  readonly window?: AddServerWindow;
}

/**
 * “Add Server…”: asks for an address or searches for one, shows the findings about it, and only then saves
 * anything.
 */
export class AddServer {
  readonly #window: AddServerWindow;
  readonly #notifications: Notifications;
  readonly #addressPick: AddressPick;

  constructor(private readonly parts: AddServerParts) {
    this.#window = parts.window ?? vscode.window;
    this.#notifications = new Notifications(this.#window);
    this.#addressPick = new AddressPick(parts, this.#notifications, this.#window);
  }

  /** @param typed the initial text of the first box */
  async run(typed = ''): Promise<void> {
    let shown = typed;
    for (;;) {
      const chosen = await this.#addressPick.ask(shown);
      if (chosen === undefined) return;
      shown = chosen.typed;
      if ((await this.#lookAt(chosen.candidate)) !== 'changeAddress') return;
    }
  }

  /**
   * Continues with the content of a link, after the user has seen it and has agreed to a request to its
   * server.
   */
  async propose(link: AddLink): Promise<void> {
    if ((await this.#lookAt(link)) === 'changeAddress') await this.run(link.url);
  }

  async #lookAt(candidate: Candidate): Promise<'changeAddress' | undefined> {
    const found = await this.#findOut(candidate);
    const choice = await this.#decide(candidate.url, found?.findings);
    if (choice !== 'add') return choice;
    await this.#save(candidate, found);
    return undefined;
  }

  /** @returns undefined if the user cancelled */
  async #findOut({ url, type }: Candidate): Promise<TransportFindings | undefined> {
    const server = { name: new URL(url).host, url, headers: {}, oauth: {} };
    const title = vscode.l10n.t('Asking {0} how to sign in…', server.name);
    return this.#notifications.progress(title, async (_say, token) => {
      const abort = new AbortController();
      token.onCancellationRequested(() => abort.abort());
      try {
        if (type === undefined) return await findOutTransport(server, this.parts.finding, abort.signal);
        const findings = await findOut({ ...server, type }, this.parts.finding, abort.signal);
        return { findings, transport: { type } };
      } catch (error) {
        if (abort.signal.aborted) return undefined;
        throw error;
      }
    });
  }

  async #decide(url: string, findings: Findings | undefined): Promise<'add' | 'changeAddress' | undefined> {
    if (findings === undefined) return 'changeAddress';
    if (findings.kind !== 'failed') return showFindings(url, findings, this.#window);
    const change = vscode.l10n.t('Change Address');
    const add = vscode.l10n.t('Add Anyway');
    switch (await this.#notifications.error(findings.error.advice, change, add)) {
      case change:
        return 'changeAddress';
      case add:
        return 'add';
      default:
        return undefined;
    }
  }

  async #save(candidate: Candidate, found: TransportFindings | undefined): Promise<void> {
    const { settings } = this.parts;
    const { url } = candidate;
    const { findings, transport = usualTransport(url) } = found ?? {};
    const proposed = candidate.name ?? suggestedName(url, findings);
    const name = await askServerName(this.#notifications, proposed, settings.names);
    if (name === undefined) return;
    const clientId = await this.#askClientId(findings);
    if (clientId === undefined) return;
    try {
      await settings.add(name, {
        ...transport,
        url,
        clientId: clientId === '' ? undefined : clientId,
      });
    } catch (error) {
      if (!(error instanceof SettingUnwritable)) throw error;
      await openServerSettings();
      void this.#notifications.error(error.message);
      return;
    }
    this.#remember(name, findings);
    void this.#offerSignIn(name, findings);
  }

  /** @returns an empty text if none is needed or the user has none yet; undefined if the user cancelled */
  async #askClientId(findings: Findings | undefined): Promise<string | undefined> {
    if (findings?.kind !== 'protected' || findings.discovered.identity.kind !== 'ask') return '';
    const { host } = new URL(findings.discovered.as.issuer);
    const clientId = await this.#notifications.input({
      title: vscode.l10n.t('Client ID'),
      prompt: vscode.l10n.t(
        '{0} doesn’t support dynamic client registration. Enter the client ID that you registered there, or leave it empty for now:',
        host,
      ),
      ignoreFocusOut: true,
    });
    return clientId?.trim();
  }

  /** Stores the findings, which are the server's current status. */
  #remember(name: string, findings: Findings | undefined): void {
    const server = this.parts.settings.find(name);
    if (server === undefined || findings === undefined || findings.kind === 'failed') return;
    this.parts.states.observe(
      server,
      findings.kind === 'open' ? { kind: 'answered', authorized: false } : { kind: 'challenged' },
    );
  }

  async #offerSignIn(name: string, findings: Findings | undefined): Promise<void> {
    const signIn = vscode.l10n.t('Sign In');
    const buttons = findings?.kind === 'open' ? [] : [signIn];
    const choice = await this.#notifications.information(vscode.l10n.t('“{0}” was added.', name), ...buttons);
    const server = this.parts.settings.find(name);
    if (choice === signIn && server !== undefined) await this.parts.personalSignIn.signIn(server);
  }
}
