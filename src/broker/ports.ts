import type { Account } from '../oauth/accountName.js';
import type { Redacted } from '../base/redacted.js';
import type { ServerConfig } from './settings/serverSettings.js';

/**
 * What the broker needs of the world, as interfaces. An editor, a headless process and a test each bring
 * their own; nothing here knows which.
 */

export type { Fetch, Network, Resolver } from '../oauth/httpContext.js';

/** Something that holds a resource until it is told to let go. */
export interface Disposable {
  dispose(): void;
}

/** Time, so that tests can hold it still. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back once after `milliseconds`, unless disposed before. */
  after(milliseconds: number, callback: () => void): Disposable;
}

/** Storage for secrets, encrypted by whoever provides it, seen by every window of the same user. */
export interface SecretStore {
  get(key: string): Promise<string | undefined>;
  /** @param options.isOnDisk the value is kept on disk too, so that storage which is slow need not be waited for */
  set(key: string, value: string, options?: { readonly isOnDisk?: boolean }): Promise<void>;
  delete(key: string): Promise<void>;
  /** The keys there are, if the storage can list them. */
  keys?(): Promise<readonly string[]>;
  /** Tells of a change to `key` in this or another window. */
  onDidChange(listener: (key: string) => void): Disposable;
}

/** Storage for what is not secret and should outlive a restart (tool lists, server information). */
export interface Memory {
  get(key: string): unknown;
  set(key: string, value: unknown): Promise<void>;
}

/** The newest version of a record, as every window sees it. */
export interface SharedRecord {
  /** Counts the writes; the higher one is the newer. */
  readonly generation: number;
  readonly text: string;
}

/**
 * Sealed records on a machine's disk that its windows never see an old version of. Secret storage alone does not do:
 * in a browser each tab reads it once, and on a desktop a write takes a while to reach another window. Records sealed
 * with another key belong to somebody else on this machine, and are as if they did not exist.
 */
export interface SharedRecords {
  read(name: string): Promise<SharedRecord | undefined>;
  /** The generation alone, which is cheap enough to be asked for at every request. */
  generation(name: string): Promise<number | undefined>;
  write(name: string, record: SharedRecord): Promise<void>;
  /** Tells that some record may have been written, by whichever window. */
  onDidChange?(listener: () => void): Disposable;
}

/** What one window tells the others, nothing of it secret; it is gone with the window. */
export interface WindowNotices extends Disposable {
  /** Puts it in place of what this window said before. */
  post(notice: unknown): Promise<void>;
  /** What the other windows that are open say now. */
  others(): Promise<readonly unknown[]>;
  /** Tells that some other window may say something else by now. */
  onDidChange(listener: () => void): Disposable;
}

/** Mutual exclusion between windows and processes of the same user. */
export interface Lock {
  /** Runs `work` while holding the lock called `name`, and releases it however `work` ends. */
  hold<T>(name: string, work: () => Promise<T>): Promise<T>;
}

/** A log that is kept on disk: what is passed here must already be free of secrets. */
export interface Log {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

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

/** Where the authorization server may send the browser back to. */
export interface RedirectUri extends Disposable {
  readonly kind: 'uriHandler' | 'loopback';
  readonly uri: string;
  /** Where its callbacks arrive, as they are delivered; an editor may put its own address before it. */
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

/** Which redirect URIs bring the browser back from where the user is. */
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

/** Where a workload's signed assertion (RFC 7523 §2.1) is found: a file or a variable that its platform renews. */
export interface AssertionSource {
  /** Reads it anew: what was read before may have expired. Undefined where there is none. */
  read(server: ServerConfig): Promise<Redacted | undefined>;
}

/** What was found where a workload's assertion should be. */
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
  /** Who we are there. */
  readonly clientId: string;
  /** One that has not expired; undefined where the user has to sign in there. */
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
  /** Asks nobody anything. Undefined where this account has no such session, or we may not use it. */
  existingSession(
    providerId: string,
    scopes: readonly string[],
    account: Account,
  ): Promise<EditorSession | undefined>;
  /**
   * Has the editor ask the user; for something they did, and for nothing else.
   *
   * @param request.anew signs in again even where there is a session
   * @returns undefined where the user gave none
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
  /** Adds one line, whole, whoever else adds at the same time. */
  append(line: string): Promise<void>;
  /** What was added and what went since the last time; at first everything there is. */
  changes(): Promise<CallChanges>;
  /** Removes every call, for every window. */
  clear(): Promise<void>;
  /** Calls back, within a second, when any process may have changed the record, until disposed. */
  watch(onChange: () => void): Disposable;
}
