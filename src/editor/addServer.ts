import * as vscode from 'vscode';
import type { FindingParts, Findings } from '../broker/discovery/findings.js';
import { parseServerUrl, serverNameFault } from '../broker/settings/serverSettings.js';
import type { ServerStates } from '../broker/status/serverStates.js';
import {
  findOutTransport,
  usualTransport,
  type TransportFindings,
} from '../broker/discovery/transportFindings.js';
import { showFindings } from './discoveryFindings.js';
import { Notifications, type NotificationWindow } from './notifications.js';
import type { PersonalSignIn } from './personalSignIn.js';
import { openServerSettings, type EditorServerSettings } from './serverSettings.js';
import { SettingUnwritable } from './writeSetting.js';

/** What the dialogue needs of the editor's window. */
export type AddServerWindow = NotificationWindow & Pick<typeof vscode.window, 'showQuickPick'>;

/** “Add Server…”: asks for an address, shows what it leads to, and only then saves anything. */
export class AddServer {
  readonly #notifications: Notifications;

  constructor(
    private readonly settings: EditorServerSettings,
    private readonly personalSignIn: Pick<PersonalSignIn, 'signIn'>,
    private readonly states: ServerStates,
    private readonly finding: FindingParts,
    private readonly window: AddServerWindow = vscode.window,
  ) {
    this.#notifications = new Notifications(window);
  }

  async run(): Promise<void> {
    let typed = '';
    for (;;) {
      const url = await this.#askAddress(typed);
      if (url === undefined) return;
      typed = url;
      const found = await this.#findOut(url);
      const findings = found?.findings;
      const choice = await this.#decide(url, findings);
      if (choice === undefined) return;
      if (choice === 'changeAddress') continue;
      await this.#save(url, found);
      return;
    }
  }

  async #askAddress(typed: string): Promise<string | undefined> {
    const answer = await this.#notifications.input({
      title: vscode.l10n.t('Add an MCP server'),
      prompt: vscode.l10n.t('The address of the MCP server, such as https://mcp.example.com/mcp'),
      value: typed,
      ignoreFocusOut: true,
      validateInput: (text) => (text.trim() === '' ? undefined : this.#addressProblem(text)),
    });
    if (answer === undefined || answer.trim() === '') return undefined;
    const parsed = parseServerUrl(answer);
    return 'url' in parsed ? parsed.url : undefined;
  }

  #addressProblem(text: string): string | undefined {
    const parsed = parseServerUrl(text);
    if ('problem' in parsed) return parsed.problem;
    const same = this.settings.withUrl(parsed.url);
    return same === undefined
      ? undefined
      : vscode.l10n.t('This address is configured already, as “{0}”.', same.name);
  }

  /** @returns undefined where the person cancelled */
  async #findOut(url: string): Promise<TransportFindings | undefined> {
    const server = { name: new URL(url).host, url, headers: {}, oauth: {} };
    const title = vscode.l10n.t('Asking {0} how to sign in…', server.name);
    return this.#notifications.progress(title, async (_say, token) => {
      const abort = new AbortController();
      token.onCancellationRequested(() => abort.abort());
      try {
        return await findOutTransport(server, this.finding, abort.signal);
      } catch (error) {
        if (abort.signal.aborted) return undefined;
        throw error;
      }
    });
  }

  async #decide(url: string, findings: Findings | undefined): Promise<'add' | 'changeAddress' | undefined> {
    if (findings === undefined) return 'changeAddress';
    if (findings.kind !== 'failed') return showFindings(url, findings, this.window);
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

  async #save(url: string, found: TransportFindings | undefined): Promise<void> {
    const { findings, transport = usualTransport(url) } = found ?? {};
    const name = await this.#askName(url, findings);
    if (name === undefined) return;
    const clientId = await this.#askClientId(findings);
    if (clientId === undefined) return;
    try {
      await this.settings.add(name, {
        ...transport,
        url,
        ...(clientId !== '' && { clientId }),
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

  async #askName(url: string, findings: Findings | undefined): Promise<string | undefined> {
    const taken = new Set(this.settings.names);
    const name = await this.#notifications.input({
      title: vscode.l10n.t('Name the server'),
      prompt: vscode.l10n.t('The name the chat, the list of servers and your settings show'),
      value: freeName(suggestedName(url, findings), taken),
      ignoreFocusOut: true,
      validateInput: (text) => {
        const fault = serverNameFault(text.trim());
        if (fault !== undefined) return fault;
        return taken.has(text.trim()) ? vscode.l10n.t('Another server has this name.') : undefined;
      },
    });
    return name?.trim();
  }

  /** @returns empty where none is needed or the person has none yet; undefined where they gave up */
  async #askClientId(findings: Findings | undefined): Promise<string | undefined> {
    if (findings?.kind !== 'protected' || findings.discovered.identity.kind !== 'ask') return '';
    const { host } = new URL(findings.discovered.as.issuer);
    const clientId = await this.#notifications.input({
      title: vscode.l10n.t('Client id'),
      prompt: vscode.l10n.t('{0} registers no client by itself. The client id you got there, or empty for later:', host), // prettier-ignore
      ignoreFocusOut: true,
    });
    return clientId?.trim();
  }

  /** What was found out a moment ago is its status now. */
  #remember(name: string, findings: Findings | undefined): void {
    const server = this.settings.find(name);
    if (server === undefined || findings === undefined || findings.kind === 'failed') return;
    this.states.observe(
      server,
      findings.kind === 'open' ? { kind: 'answered', authorized: false } : { kind: 'challenged' },
    );
  }

  async #offerSignIn(name: string, findings: Findings | undefined): Promise<void> {
    const signIn = vscode.l10n.t('Sign In');
    const buttons = findings?.kind === 'open' ? [] : [signIn];
    const choice = await this.#notifications.information(vscode.l10n.t('“{0}” was added.', name), ...buttons); // prettier-ignore
    const server = this.settings.find(name);
    if (choice === signIn && server !== undefined) await this.personalSignIn.signIn(server);
  }
}

/** What the server calls itself, else the first label of its host that says something. */
export function suggestedName(url: string, findings: Findings | undefined): string {
  const named = findings?.kind === 'protected' ? findings.discovered.resource.resourceName : undefined;
  if (named !== undefined) return named;
  const { hostname, port } = new URL(url);
  if (/^[\d.]+$|^\[/.test(hostname)) return port === '' ? hostname : `${hostname}:${port}`;
  const labels = hostname.split('.');
  return labels.find((label) => !['www', 'mcp', 'api'].includes(label)) ?? hostname;
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  let number = 2;
  while (taken.has(`${name} ${number}`)) number++;
  return `${name} ${number}`;
}
