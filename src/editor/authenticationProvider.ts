import * as vscode from 'vscode';
import { noAccount } from '../broker/accounts/accountChoice.js';
import { accountKeyOf, type Credential } from '../broker/accounts/credential.js';
import type { CredentialStore } from '../broker/accounts/credentialStore.js';
import type { Disposable } from '../base/clock.js';
import type { ServerConfig } from '../broker/settings/serverSettings.js';
import type { SignOuts } from '../broker/signIn/signOut.js';
import type { Redacted } from '../base/redacted.js';
import { insteadOfSignIn, otherAccountSignedIn, type PersonalSignIn } from './signIn/personalSignIn.js';
import type { ServerChoice } from './signIn/serverChoice.js';
import type { EditorServerSettings } from './settings/serverSettings.js';
import { isAskedFor, isSignInOf, serverUrlIn, sessionAccount } from './signIn/sessionAccount.js';
import { showSignOut } from './signIn/signOutReport.js';

/** The provider's ID, as in package.json. */
export const authenticationProviderId = 'mcpOAuthBroker';

interface Announced {
  readonly server: ServerConfig;
  readonly credential: Credential;
  readonly session: vscode.AuthenticationSession;
}

/**
 * Issues keys for one server's address on the relay, as one account. Other extensions get such a key instead
 * of the server's tokens.
 */
interface RelayKeys {
  keyFor(server: ServerConfig, account: string): Redacted;
  revokeKey(server: ServerConfig, account: string): void;
}

export interface AuthenticationProviderParts {
  readonly settings: EditorServerSettings;
  readonly credentials: CredentialStore;
  readonly keys: RelayKeys;
  readonly choice: ServerChoice;
  readonly personalSignIn: PersonalSignIn;
  readonly signOuts: SignOuts;
}

/**
 * Offers the sign-ins as accounts of the editor: one session for each account of a server, the account in use
 * first. A session's scope is the server's name, and its access token is a revocable key of the relay. The
 * server's own token is never handed out.
 */
export class BrokerAuthenticationProvider implements vscode.AuthenticationProvider, Disposable {
  readonly #changed =
    new vscode.EventEmitter<vscode.AuthenticationProviderAuthenticationSessionsChangeEvent>();
  readonly #subscriptions: readonly Disposable[];
  /**
   * The announced sessions, by server name and sign-in; undefined until an extension has requested sessions.
   */
  #announced: ReadonlyMap<string, Announced> | undefined;
  #updates: Promise<void> = Promise.resolve();

  readonly onDidChangeSessions = this.#changed.event;

  constructor(private readonly parts: AuthenticationProviderParts) {
    const { credentials, settings } = parts;
    const update = () => this.#queue(() => this.#update());
    this.#subscriptions = [credentials.onDidChange(update), settings.onDidChange(update)];
  }

  /**
   * @param scopes the names or addresses of servers; a session of any of them is returned
   * @param options.account only sessions of this account are returned
   */
  async getSessions(
    scopes: readonly string[] | undefined,
    { account }: vscode.AuthenticationProviderSessionOptions = {},
  ): Promise<vscode.AuthenticationSession[]> {
    if (this.#announced === undefined) {
      // The extension that requests sessions gets all of them; only later differences are announced.
      this.#queue(async () => void (this.#announced ??= await this.#current()));
    }
    const all = await this.#current();
    return [...all.values()]
      .filter(({ server }) => scopes === undefined || scopes.length === 0 || isNamed(server, scopes))
      .filter(({ server, credential }) => account === undefined || isAskedFor(account, server, credential))
      .map(({ session }) => session);
  }

  /**
   * @param scopes the name or address of a server; if empty, the server of the account is used, or the user
   *   chooses one
   * @param options.account the account to sign in; a session of another account is not returned
   * @throws vscode.CancellationError if the user chose no server or cancelled
   * @throws Error if the user signed in to a different account than the requested one
   */
  async createSession(
    scopes: readonly string[],
    { account }: vscode.AuthenticationProviderSessionOptions = {},
  ): Promise<vscode.AuthenticationSession> {
    const server =
      this.parts.settings.servers.find((candidate) => isNamed(candidate, scopes)) ??
      this.parts.settings.servers.find(({ url }) => account !== undefined && serverUrlIn(account) === url) ??
      (await this.parts.choice.choose(undefined, vscode.l10n.t('Sign in to which MCP server?')));
    if (server === undefined || (await insteadOfSignIn(server))) throw new vscode.CancellationError();
    const outcome = await (account === undefined
      ? this.parts.personalSignIn.signIn(server)
      : this.parts.personalSignIn.signInAs(server, account));
    // The user has seen the reason; the extension learns only that there is no session.
    if (outcome.kind !== 'signedIn') throw new vscode.CancellationError();
    if (account !== undefined && !isSignInOf(account, server, outcome.credential))
      throw new Error(otherAccountSignedIn(server, account, outcome.credential));
    return this.#sessionOf(server, outcome.credential);
  }

  /**
   * Signs the account out. The Accounts menu has already asked for confirmation; it cannot offer a
   * replacement account, and it always drops the account (`SignOutOfAccountAction` in
   * src/vs/workbench/contrib/authentication/browser/actions/signOutOfAccountAction.ts). Therefore this method
   * asks nothing: calls of this workspace act as no account until the user chooses one, which the
   * notification offers. A session that no longer exists, or is being removed, is not an error, because the
   * Accounts menu removes several sessions at once.
   */
  async removeSession(sessionId: string): Promise<void> {
    for (const server of this.parts.settings.servers) {
      const all = await this.parts.credentials.all(server.url);
      const credential = all.find(({ id }) => id === sessionId);
      if (credential === undefined) continue;
      const isInUse = (await this.parts.credentials.get(server.url))?.id === sessionId;
      const next = isInUse && all.length > 1 ? noAccount : undefined;
      const receipt = await this.parts.signOuts.signOut(server, accountKeyOf(credential), next);
      if (receipt.kind !== 'notSignedIn') showSignOut(server, receipt);
      return;
    }
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }

  async #current(): Promise<Map<string, Announced>> {
    const sessions = new Map<string, Announced>();
    for (const server of this.parts.settings.servers) {
      const inUse = await this.parts.credentials.get(server.url);
      const all = await this.parts.credentials.all(server.url);
      // An extension that requests any session of a server takes the first one.
      for (const credential of new Set(inUse === undefined ? all : [inUse, ...all])) {
        const session = this.#sessionOf(server, credential);
        sessions.set(`${server.name} ${session.id}`, { server, credential, session });
      }
    }
    return sessions;
  }

  #sessionOf(server: ServerConfig, credential: Credential): vscode.AuthenticationSession {
    return {
      id: credential.id,
      accessToken: this.parts.keys.keyFor(server, accountKeyOf(credential)).expose(),
      account: sessionAccount(server, credential),
      scopes: [server.name],
    };
  }

  /**
   * Runs updates one after the other, so that each is compared with the sessions that were actually
   * announced.
   */
  #queue(work: () => Promise<void>): void {
    // Storage that cannot be read now is read again at the next change.
    this.#updates = this.#updates.then(work).catch(() => undefined);
  }

  /**
   * Announces changed sessions. A refresh changes tokens but nothing that a session shows, so it is not
   * announced.
   */
  async #update(): Promise<void> {
    const before = this.#announced ?? new Map<string, Announced>();
    const ids = new Set<string>();
    for (const { session } of (await this.#current()).values()) ids.add(session.id);
    // The keys of a removed sign-in are revoked before the next sign-in is announced.
    const removed = [...before.values()].filter(({ session }) => !ids.has(session.id));
    for (const { server, credential } of removed) this.parts.keys.revokeKey(server, accountKeyOf(credential));
    const now = await this.#current();
    const added: vscode.AuthenticationSession[] = [];
    const changed: vscode.AuthenticationSession[] = [];
    const renamed: vscode.AuthenticationSession[] = [];
    for (const [name, { session }] of now) {
      const old = before.get(name)?.session;
      if (old === undefined) added.push(session);
      else if (JSON.stringify(old) !== JSON.stringify(session)) changed.push(session);
      if (old !== undefined && old.account.label !== session.account.label) renamed.push(old);
    }
    this.#announced = now;
    // The Accounts menu adds accounts by label and removes them by ID, and processes the additions of an
    // event first (`registerListeners` in src/vs/workbench/browser/parts/globalCompositeBar.ts). In a single
    // event, it would lose a renewed account and list a renamed one under both names.
    const gone = [...removed.map(({ session }) => session), ...renamed];
    if (gone.length > 0) this.#changed.fire({ added: [], removed: gone, changed: [] });
    if (added.length + changed.length > 0) this.#changed.fire({ added, removed: [], changed });
  }
}

function isNamed({ name, url }: ServerConfig, scopes: readonly string[]): boolean {
  return scopes.includes(name) || scopes.includes(url);
}
