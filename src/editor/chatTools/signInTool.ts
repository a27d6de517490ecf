import { defined } from '../../base/defined.js';
import * as vscode from 'vscode';
import { consentFactsOf, type ConsentFacts } from '../../broker/signIn/consentPrompt.js';
import type { CredentialStore } from '../../broker/accounts/credentialStore.js';
import type { DiscoveryParts } from '../../broker/discovery/discovery.js';
import { findOut } from '../../broker/discovery/findings.js';
import { noSignInAt } from '../../broker/settings/grant.js';
import type { Clock } from '../../base/clock.js';
import type { ServerConfig } from '../../broker/settings/serverSettings.js';
import { notNeeded, signedInAlready, signInAnswer } from '../../broker/signIn/signInAnswer.js';
import type { SignIns } from '../../broker/signIn/signIns.js';
import type { Network } from '../../oauth/httpContext.js';
import { isScopeToken } from '../../oauth/wwwAuthenticateChallenge.js';
import { consentSentences } from '../signIn/consentPrompt.js';
import { withoutLinks, plain } from '../adapters/notifications.js';
import { signInDeadline, type PersonalSignIn } from '../signIn/personalSignIn.js';
import type { ServerStatuses } from '../views/serverStatuses.js';
import { noServerCalled, textOf, textsOf } from './toolInput.js';

export interface SignInToolParts {
  readonly statuses: ServerStatuses;
  readonly credentials: CredentialStore;
  readonly signIns: SignIns;
  readonly personalSignIn: { readonly inBrowser: PersonalSignIn['inBrowser'] };
  readonly http: Network;
  readonly clock: Clock;
  readonly answers: DiscoveryParts;
}

/** The result of planning a call: a question to the user, or only a text for the model. */
type Plan =
  | { readonly kind: 'answer'; readonly text: string }
  | {
      readonly kind: 'ask';
      readonly server: ServerConfig;
      readonly facts: ConsentFacts;
      readonly wanted: readonly string[];
      /** All scopes to request; undefined if discovery decides. */
      readonly scopes: readonly string[] | undefined;
    };

/** The most questions that may be unanswered; a model that asks more at once must call again. */
const mostQuestions = 20;

interface Input {
  readonly input: object;
}

/**
 * `mcpSignIn`: starts the user's sign-in, so that a model need not call a tool to find out that consent is
 * missing. The editor asks the user first, and shows the server, the authorization server and the scopes. The
 * browser opens only for exactly these.
 */
export class SignInTool implements vscode.LanguageModelTool<object> {
  /**
   * The plans shown to the user, by the input of the model: another call may arrive between the question and
   * the answer.
   */
  readonly #asked = new Map<string, Plan>();

  constructor(private readonly parts: SignInToolParts) {}

  async prepareInvocation(
    { input }: Input,
    token: vscode.CancellationToken,
  ): Promise<vscode.PreparedToolInvocation> {
    const { t } = vscode.l10n;
    const plan = await this.#plan(input, token);
    this.#remember(keyOf(input), plan);
    if (plan.kind === 'answer') return { invocationMessage: t('Signing in to the MCP server') };
    const { server, facts } = plan;
    const name = withoutLinks(plain(server.name));
    const title = facts.kind === 'stepUp' ? t('Grant {0} more access?', name) : t('Sign in to {0}?', name);
    const message = new vscode.MarkdownString();
    const opens = t('Your browser opens. Nothing is granted until you consent there.');
    message.appendText([...consentSentences(facts), opens].join('\n\n'));
    return {
      invocationMessage: t('Signing in to {0}', name),
      confirmationMessages: { title, message },
    };
  }

  async invoke({ input }: Input, token: vscode.CancellationToken): Promise<vscode.LanguageModelToolResult> {
    const plan = this.#asked.get(keyOf(input));
    const text = plan === undefined ? 'Nothing was done. Call mcpSignIn again.' : await this.#go(plan, token);
    return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(text)]);
  }

  #remember(key: string, plan: Plan): void {
    this.#asked.delete(key);
    this.#asked.set(key, plan);
    const [oldest] = this.#asked.keys();
    if (this.#asked.size > mostQuestions && oldest !== undefined) this.#asked.delete(oldest);
  }

  async #plan(input: object, token: vscode.CancellationToken): Promise<Plan> {
    const answer = (text: string): Plan => ({ kind: 'answer', text });
    const all = await this.parts.statuses.all();
    const names = all.map(({ server }) => server.name);
    const name = textOf(input, 'server') ?? (names.length === 1 ? names[0] : undefined);
    if (name === undefined)
      return answer(`Specify which server to sign in to: ${names.join(', ') || 'none is configured'}.`);
    const entry = all.find(({ server }) => server.name === name);
    if (entry === undefined) return answer(noServerCalled(name, names));
    const { server, status } = entry;
    const wanted = textsOf(input, 'scopes');
    const odd = wanted.filter((scope) => !isScopeToken(scope));
    if (odd.length > 0) return answer('A scope cannot contain spaces, quotes, or backslashes.');
    const nobody = noSignInAt(server);
    if (nobody !== undefined) return answer(nobody.advice);
    const missing = [...new Set([...status.missing, ...wanted])].filter((s) => !status.held.includes(s));
    if (status.status === 'ready' && missing.length === 0) return answer(signedInAlready(status));
    return this.#found(server, missing, status.held, wanted, token);
  }

  /** Runs steps 1–5a, which need no user and determine the page that the question names. */
  async #found(
    server: ServerConfig,
    missing: readonly string[],
    held: readonly string[],
    wanted: readonly string[],
    token: vscode.CancellationToken,
  ): Promise<Plan> {
    const { http, answers, clock, credentials } = this.parts;
    const findings = await findOut(server, { http, clock, discovery: answers }, signalOf(token));
    if (findings.kind === 'open') return { kind: 'answer', text: notNeeded(server.name) };
    if (findings.kind === 'failed') {
      return {
        kind: 'answer',
        text: signInAnswer(server.name, { kind: 'failed', error: findings.error }, wanted),
      };
    }
    const before = await credentials.get(server.url);
    const scopes = missing.length === 0 ? undefined : [...new Set([...held, ...missing])];
    const need = scopes === undefined ? 'signIn' : 'stepUp';
    const facts = consentFactsOf(need, findings.discovered, scopes, before);
    return { kind: 'ask', server, facts, wanted, scopes };
  }

  async #go(plan: Plan, token: vscode.CancellationToken): Promise<string> {
    if (plan.kind === 'answer') return plan.text;
    const { server, scopes, wanted } = plan;
    const { signIns, personalSignIn } = this.parts;
    const isOurs = signIns.running(server) === undefined;
    const attempt = signIns.begin(
      server,
      defined({
        deadline: signInDeadline,
        renews: true,
        scopes,
      }),
    );
    const left = Promise.withResolvers<undefined>();
    // A caller that joined another caller's sign-in stops waiting without cancelling it.
    const cancelled = () => (isOurs ? attempt.cancel() : left.resolve(undefined));
    const subscription = token.onCancellationRequested(cancelled);
    if (token.isCancellationRequested) cancelled();
    try {
      const ended = await Promise.race([personalSignIn.inBrowser(attempt), left.promise]);
      return signInAnswer(server.name, ended ?? { kind: 'cancelled' }, wanted);
    } finally {
      subscription.dispose();
    }
  }
}

/** Returns the same key for the same input, regardless of the order of its properties. */
function keyOf(input: object): string {
  return JSON.stringify([textOf(input, 'server') ?? '', [...textsOf(input, 'scopes')].sort()]);
}

function signalOf(token: vscode.CancellationToken): AbortSignal {
  const abort = new AbortController();
  if (token.isCancellationRequested) abort.abort();
  token.onCancellationRequested(() => abort.abort());
  return abort.signal;
}
