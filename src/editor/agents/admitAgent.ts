import { defined } from '../../base/defined.js';
import * as vscode from 'vscode';
import type { AdmittedServer } from '../../broker/agents/agentAdmission.js';
import type { NewAdmission } from '../../broker/agents/agentAdmissions.js';
import { accountKeyOf, accountLabel } from '../../broker/accounts/credential.js';
import type { CredentialStore } from '../../broker/accounts/credentialStore.js';
import type { Clock } from '../../base/clock.js';
import type { ServerConfig } from '../../broker/settings/serverSettings.js';
import { isSessionScope } from '../../oauth/scopes.js';
import { isScopeToken } from '../../oauth/wwwAuthenticateChallenge.js';
import { Notifications, plain, type QuestionWindow } from '../adapters/notifications.js';

export interface AdmitAgentParts {
  readonly servers: () => readonly ServerConfig[];
  readonly credentials: CredentialStore;
  /** The names of a server's tools, as far as they are known. */
  readonly toolsOf: (server: ServerConfig) => readonly string[];
  readonly clock: Clock;
  /** The machine that agents will call, if the window works on a different one. */
  readonly addressNote?: { readonly label: string; readonly detail: string } | undefined;
}

/** What an agent may do, and for how long. */
export interface AgentLimits {
  readonly servers: readonly AdmittedServer[];
  /** The end of the admission, in milliseconds since the epoch; absent if only the user ends it. */
  readonly expiresAt?: number;
}

interface Choice<T> extends vscode.QuickPickItem {
  readonly value: T;
}

const hour = 3_600_000;

/** Asks the questions of “Admit Agent…”. Nothing is saved before the last one is answered. */
export class AdmitAgent {
  readonly #notifications: Notifications;

  constructor(
    private readonly parts: AdmitAgentParts,
    private readonly window: QuestionWindow = vscode.window,
  ) {
    this.#notifications = new Notifications(window);
  }

  /** @returns undefined if the user closed a question */
  async ask(): Promise<NewAdmission | undefined> {
    const { t } = vscode.l10n;
    const name = await this.#notifications.input({
      title: t('Admit an agent'),
      prompt: this.#namePrompt(),
      ignoreFocusOut: true,
      validateInput: (text) => (text.trim() === '' ? t('Enter a name for the agent.') : undefined),
    });
    if (name === undefined || name.trim() === '') return undefined;
    const servers = await this.#pickMany(
      t('Which MCP servers may {0} call?', name.trim()),
      this.parts
        .servers()
        .map((server) => ({ label: plain(server.name), detail: server.url, value: server })),
    );
    if (servers === undefined || servers.length === 0) return undefined;
    const limits = await this.limits(servers);
    return limits && { name: name.trim(), ...limits };
  }

  /**
   * Asks what the agent may do at each of these servers, and for how long.
   *
   * @returns undefined if the user closed a question
   */
  async limits(servers: readonly ServerConfig[]): Promise<AgentLimits | undefined> {
    const { t } = vscode.l10n;
    const admitted: AdmittedServer[] = [];
    for (const server of servers) {
      const access = await this.#access(server);
      if (access === undefined) return undefined;
      admitted.push(access);
    }
    const lifetime = await this.#pick<number | undefined>(t('For how long?'), [
      { label: t('1 day'), value: 24 * hour },
      { label: t('1 week'), value: 7 * 24 * hour },
      { label: t('30 days'), value: 30 * 24 * hour },
      { label: t('1 hour'), value: hour },
      { label: t('Until revoked'), value: undefined },
    ]);
    if (lifetime === undefined) return undefined;
    const { value } = lifetime;
    return defined({
      servers: admitted,
      expiresAt: value !== undefined ? this.parts.clock.now() + value : undefined,
    });
  }

  #namePrompt(): string {
    const prompt = vscode.l10n.t('A name for the agent, shown with its calls');
    const { addressNote } = this.parts;
    return addressNote === undefined ? prompt : `${prompt}. ${addressNote.label}. ${addressNote.detail}`;
  }

  async #access(server: ServerConfig): Promise<AdmittedServer | undefined> {
    const account = await this.#account(server);
    const scopes = account && (await this.#scopes(server, account.value));
    const tools = scopes && (await this.#tools(server));
    if (account === undefined || scopes === undefined || tools === undefined) return undefined;
    return defined({
      url: server.url,
      account: account.value,
      scopes: scopes.value,
      tools: tools.value,
    });
  }

  async #account(server: ServerConfig): Promise<{ readonly value: string | undefined } | undefined> {
    const { t } = vscode.l10n;
    const all = await this.parts.credentials.all(server.url);
    if (all.length === 0) return { value: undefined };
    return this.#pick<string | undefined>(t('Which account at {0}?', server.name), [
      { label: t('Current account'), description: t('whichever is active at call time'), value: undefined },
      ...all.map((credential) => ({
        label: plain(accountLabel(credential)),
        description: t('only this one'),
        value: accountKeyOf(credential),
      })),
    ]);
  }

  async #scopes(
    server: ServerConfig,
    account: string | undefined,
  ): Promise<{ readonly value: readonly string[] | undefined } | undefined> {
    const { t } = vscode.l10n;
    const credential = await this.parts.credentials.get(server.url, account);
    const held = (credential?.tokens.scopes ?? []).filter((scope) => !isSessionScope(scope));
    const kind = await this.#pick<'all' | 'some'>(t('Which scopes of {0} can it have?', server.name), [
      {
        label: t('Only some…'),
        description: held.length === 0 ? '' : plain(held.join(', ')),
        value: 'some',
      },
      { label: t('All scopes you grant, now and later'), value: 'all' },
    ]);
    if (kind === undefined) return undefined;
    if (kind.value === 'all') return { value: undefined };
    const typed = await this.#notifications.input({
      title: t('Scopes of {0}', server.name),
      prompt: t('The most scopes it can have, separated by spaces'),
      value: held.join(' '),
      ignoreFocusOut: true,
      validateInput: (text) => {
        if (wordsOf(text).length === 0) return t('Name at least one scope.');
        return wordsOf(text).every(isScopeToken)
          ? undefined
          : t('A scope can’t contain quotes or backslashes.');
      },
    });
    return typed === undefined ? undefined : { value: [...new Set(wordsOf(typed))] };
  }

  async #tools(server: ServerConfig): Promise<{ readonly value: readonly string[] | undefined } | undefined> {
    const { t } = vscode.l10n;
    const known = this.parts.toolsOf(server);
    if (known.length === 0) return { value: undefined };
    const all = { label: t('All tools, including future ones'), value: undefined, picked: true };
    const picked = await this.#pickMany<string | undefined>(
      t('Which tools of {0} can it call?', server.name),
      [all, ...known.map((name) => ({ label: plain(name), value: name }))],
    );
    if (picked === undefined || picked.length === 0) return undefined;
    const names = picked.filter((name) => name !== undefined);
    return { value: picked.length > names.length ? undefined : names };
  }

  #pick<T>(title: string, choices: readonly Choice<T>[]): Promise<Choice<T> | undefined> {
    return Promise.resolve(this.window.showQuickPick(choices, { title, ignoreFocusOut: true }));
  }

  async #pickMany<T>(title: string, choices: readonly Choice<T>[]): Promise<readonly T[] | undefined> {
    const options = { title, canPickMany: true as const, ignoreFocusOut: true };
    const picked = await this.window.showQuickPick(choices, options);
    return picked?.map(({ value }) => value);
  }
}

function wordsOf(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
