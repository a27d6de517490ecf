import type { Account } from '../oauth/accountName.js';
import type { Redacted } from '../base/redacted.js';
import type { Disposable } from '../base/clock.js';

/**
 * What the broker needs of the world, as interfaces. An editor, a headless process and a test each bring
 * their own; nothing here knows which.
 */

export type { Fetch, Network, Resolver } from '../oauth/httpContext.js';

/** One visit of the user's browser to a launch page. It must be answered exactly once. */
export interface LaunchVisit {
  /** Sends the browser on to the authorization endpoint. */
  redirect(to: URL): void;
  /** Shows the user, until the visit is answered, that they are asked something in the editor. */
  wait(title: string, detail: string): void;
  /** Shows the user what went wrong, in a page. */
  explain(title: string, detail: string): void;
}

/** A loopback address that the user's browser may visit once. */
export interface LaunchPage extends Disposable {
  readonly address: string;
  /** Resolves when the browser has come. */
  readonly visited: Promise<void>;
}

/** Makes launch pages. A page is made only because of something a user did. */
export interface Launcher {
  /**
   * @param lifetime milliseconds until the address stops answering
   * @param onVisit answers the one visit
   */
  open(lifetime: number, onVisit: (visit: LaunchVisit) => Promise<void>): Promise<LaunchPage>;
}

/** A redirect URI for the authorization server. */
export interface RedirectUri extends Disposable {
  readonly kind: 'uriHandler' | 'loopback';
  readonly uri: string;
  /** The path at which its callbacks arrive. An editor may prepend its own address. */
  readonly path: string;
  /** What `state` must end with, so that the editor gives the callback to the window that began the sign-in. */
  readonly stateSuffix?: string;
}

/** Why the editor's own address cannot bring a callback back to this editor. */
export type HandlerFault =
  /** There is no editor. */
  | 'noEditor'
  /** A portable editor registers no address with the operating system. */
  | 'portable'
  /** The operating system opens such addresses in the editor that has the usual user data directory. */
  | 'ownUserData'
  /** No application is registered with the operating system for the editor's addresses. */
  | 'notRegistered';

/** Determines the redirect URIs that work from the user's browser. */
export interface RedirectReach {
  /** Whether the editor's own address is the same at every sign-in, or why there is none. */
  readonly handler: 'fixed' | 'changing' | HandlerFault;
  /** The machine on which a loopback listener is, as the user's browser sees it. */
  readonly loopback: 'thisMachine' | 'anotherMachine';
  /** The loopback port to try before any free one, so that the next sign-in has the same redirect URI. */
  readonly usualPort?: number;
}

/** Makes redirect URIs for a path; what arrives at them is delivered to {@link PendingCallbacks}. */
export interface RedirectUris {
  reach(): Promise<RedirectReach>;
  /** The editor's own address; undefined in a process without an editor. */
  uriHandler(path: string): Promise<RedirectUri | undefined>;
  /**
   * A one-shot listener on 127.0.0.1 (RFC 8252 §7.3).
   *
   * @param port any free one if absent
   * @throws OAuthFlowError `redirectUnavailable`, naming a port that is taken
   */
  loopback(path: string, port?: number): Promise<RedirectUri>;
}

/** Reads a workload's assertion. */
export type AssertionFile =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'variableUnset'; readonly variable: string }
  | { readonly kind: 'notAbsolute' | 'missing' | 'unreadable' | 'noAssertion' };

/** The machine's files, by paths as settings write them: `${env:NAME}` in one stands for a variable of this process. */
export interface AssertionFiles {
  read(path: string): Promise<AssertionFile>;
}

/** The user's sign-in at their organization's identity provider. */
export interface IdentityProviderSession {
  readonly issuer: string;
  /** Our client ID there. */
  readonly clientId: string;
  /** One that has not expired; undefined if the user has to sign in there. */
  idToken(): Promise<Redacted | undefined>;
}

/** A sign-in that the editor's user has with one of its authentication providers. */
export interface EditorSession {
  readonly accessToken: Redacted;
  readonly account: Account;
  readonly scopes: readonly string[];
}

/** The accounts the user has signed in to in the editor itself. */
export interface EditorAccounts {
  /** Never asks the user. Undefined if this account has no such session, or if it may not be used. */
  existingSession(
    providerId: string,
    scopes: readonly string[],
    account: Account,
  ): Promise<EditorSession | undefined>;
  /**
   * Makes the editor ask the user, only in response to an action of the user.
   *
   * @param request.anew signs in again even if there is a session
   * @returns undefined if the user chose no account
   */
  askedSession(
    providerId: string,
    scopes: readonly string[],
    request: { readonly server: string; readonly anew: boolean },
  ): Promise<EditorSession | undefined>;
}

/** What has happened to the call record since it was read last. */
export interface CallChanges {
  /** Lines by the part of the record they stand in, oldest first within a part. */
  readonly added: readonly { readonly part: string; readonly lines: readonly string[] }[];
  /** Parts that are no longer kept: cleared, or given up for newer ones. */
  readonly gone: readonly string[];
}

/** The call record of all windows and processes of one user on one machine, a line a call; bounded. */
export interface CallStorage extends Disposable {
  /** Adds one complete line, even if others add at the same time. */
  append(line: string): Promise<void>;
  /** What was added and what went since the last time; at first everything there is. */
  changes(): Promise<CallChanges>;
  /** Removes every call, for every window. */
  clear(): Promise<void>;
  /** Calls back, within a second, when any process may have changed the record, until disposed. */
  watch(onChange: () => void): Disposable;
}
