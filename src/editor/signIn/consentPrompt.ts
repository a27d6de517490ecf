import * as vscode from 'vscode';
import type { ConsentNeed } from '../../broker/fetch/authorizedFetch.js';
import { consentFacts, type ConsentPrompt, type ConsentFacts } from '../../broker/signIn/consentPrompt.js';
import type { CredentialStore } from '../../broker/accounts/credentialStore.js';
import type { ServerConfig } from '../../broker/settings/serverSettings.js';
import type { SignInAttempt } from '../../broker/signIn/signInAttempt.js';
import { accessScopes } from '../../mcp/consentTexts.js';
import { notifications, type Notifications } from '../adapters/notifications.js';
import type { PersonalSignIn } from './personalSignIn.js';
import type { ToolPrompt, ToolQuestion } from '../../broker/tools/toolRules.js';

/**
 * Asks for consent in a notification, with the same facts as a card. It is used if no card can be shown, such
 * as for a resource or a prompt, and in addition to an unanswered card.
 */
export class NotificationConsentPrompt implements ConsentPrompt {
  /** @param signIn a function, because sign-ins are created after the relay that uses this prompt */
  constructor(
    private readonly credentials: CredentialStore,
    private readonly signIn: () => {
      readonly goThrough: PersonalSignIn['goThrough'];
      readonly signIn: PersonalSignIn['signIn'];
    },
    private readonly notices: { readonly information: Notifications['information'] } = notifications,
  ) {}

  async ask(
    server: ServerConfig,
    what: string,
    need: ConsentNeed,
    attempt: SignInAttempt,
    signal: AbortSignal,
  ): Promise<boolean | undefined> {
    // If the facts cannot be determined, the page in the browser shows the reason.
    const facts = await consentFacts(need, attempt, this.credentials).catch(() => undefined);
    const message = consentMessage(server, what, facts ?? { kind: need.kind });
    const accept =
      (facts ?? need).kind === 'signIn' ? vscode.l10n.t('Sign In') : vscode.l10n.t('Grant Access');
    const shown = this.notices.information(message, accept, vscode.l10n.t('Not Now'));
    const accepted = shown.then((choice) => {
      if (choice === accept) void this.#goOn(server, attempt);
      return choice === undefined ? undefined : choice === accept;
    });
    return Promise.race([accepted, aborted(signal)]);
  }

  /**
   * Starts the sign-in. A notification cannot be withdrawn, so a user who accepts it after its request has
   * ended is still signed in.
   */
  async #goOn(server: ServerConfig, attempt: SignInAttempt): Promise<void> {
    if (!attempt.hasEnded) await this.signIn().goThrough(attempt);
    else if ((await attempt.outcome).kind !== 'signedIn') await this.signIn().signIn(server);
  }
}

/** @param facts only the kind of consent, if no more could be determined */
function consentMessage(
  server: ServerConfig,
  what: string,
  facts: { readonly kind: ConsentFacts['kind'] } & Partial<ConsentFacts>,
): string {
  const { t } = vscode.l10n;
  const why =
    facts.kind === 'stepUp'
      ? t('{0} needs more access for {1}.', server.name, what)
      : t('{0} needs you to sign in for {1}.', server.name, what);
  return [why, ...consentSentences(facts)].join(' ');
}

/** Returns what the user must know before giving consent, one sentence for each fact. */
export function consentSentences(facts: Partial<ConsentFacts>): readonly string[] {
  const { t } = vscode.l10n;
  const scopes = accessScopes(facts.scopes ?? []);
  return [
    ...(scopes.length === 0 ? [] : [t('Scopes: {0}.', scopes.join(', '))]),
    ...(facts.account === undefined ? [] : [t('Account: {0}.', facts.account)]),
    ...(facts.authorizationServer === undefined
      ? []
      : [t('Authorization server: {0}.', facts.authorizationServer)]),
    ...(facts.signInPage === undefined ? [] : [t('The sign-in page is at {0}.', facts.signInPage)]),
    ...(facts.formerAuthorizationServer === undefined
      ? []
      : [t('The previous authorization server was {0}.', facts.formerAuthorizationServer)]),
    ...(facts.hasWarnings === true ? [t('The server’s sign-in metadata is nonstandard.')] : []),
  ];
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}

/** Asks in a notification about a call, if no chat can ask. */
export class NotificationToolPrompt implements ToolPrompt {
  constructor(private readonly notices: Notifications = notifications) {}

  async ask(question: ToolQuestion, signal: AbortSignal): Promise<boolean> {
    const { t } = vscode.l10n;
    const what = question.agent === undefined ? calledNow(question) : calledAgain(question, question.agent);
    const allow = t('Allow Once');
    const message = `${what} ${t('Your rule is to ask every time.')}`;
    const choice = await this.notices.information(message, allow, t('Don’t Run'));
    // A notification cannot be withdrawn; a late answer has no effect.
    return choice === allow && !signal.aborted;
  }
}

function calledNow({ server, tool, account }: ToolQuestion): string {
  const { t } = vscode.l10n;
  return account === undefined
    ? t('{0} on {1} is about to be called from outside the chat.', tool, server.name)
    : t('{0} on {1} is about to be called as {2} from outside the chat.', tool, server.name, account);
}

function calledAgain({ server, tool, account }: ToolQuestion, agent: string): string {
  const { t } = vscode.l10n;
  return account === undefined
    ? t(
        'The agent {0} wants to call {1} on {2}. If you allow it, it can do so for two minutes.',
        agent,
        tool,
        server.name,
      )
    : t(
        'The agent {0} wants to call {1} on {2} as {3}. If you allow it, it can do so for two minutes.',
        agent,
        tool,
        server.name,
        account,
      );
}
