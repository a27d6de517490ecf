import { defined } from '../../base/defined.js';
import type { Network } from '../../oauth/httpContext.js';
import { onWordOf } from '../../oauth/networkReach.js';
import { revokeTokens, type RevocationReceipt } from '../../oauth/tokenRevocation.js';
import { noAccount } from '../accounts/accountChoice.js';
import {
  isOwnOf,
  placeOf,
  accountFact,
  accountName,
  accountKeyOf,
  accountLabel,
  type Credential,
} from '../accounts/credential.js';
import { errorName } from '../../base/errorName.js';
import type { CredentialStore } from '../accounts/credentialStore.js';
import { releaseClient } from './clientLifecycle.js';
import type { Log } from '../../base/log.js';
import type { Lock } from '../../base/storage.js';
import { accountsLock, tokenLock, underLock } from '../accounts/tokenLocks.js';
import type { ServerConfig } from '../settings/serverSettings.js';
import type { ServerStates } from '../status/serverStates.js';
import type { SignIns } from './signIns.js';

/** An agent that is admitted, as far as a sign-out concerns it. */
export interface AdmittedAgent {
  readonly id: string;
  readonly servers: readonly { readonly url: string }[];
}

/** The agents that may have sign-ins of their own. */
export interface AdmittedAgents {
  all(): Promise<readonly AdmittedAgent[]>;
  withdraw(id: string): Promise<void>;
}

export type SignOutReceipt =
  | { readonly kind: 'notSignedIn' }
  | {
      readonly kind: 'signedOut';
      readonly account?: string;
      /** The authorization server that was asked to revoke. */
      readonly host: string;
      readonly revocation: RevocationReceipt;
      /** The account that is now used here instead, if another one is signed in. */
      readonly next?: string;
      /** Other accounts are signed in, and calls act as none of them. */
      readonly isIdle?: true;
    }
  /** The sign-in is the editor's, which keeps it: it is not used for this server any more. */
  | { readonly kind: 'forgotten'; readonly account?: string; readonly provider: string };

/**
 * Signs out. The tokens are deleted here first, whatever the authorization server then responds to their revocation
 * (RFC 7009). Simultaneous sign-outs of one account are one, and affect no other account.
 */
export class SignOuts {
  readonly #running = new Map<string, Promise<SignOutReceipt>>();

  constructor(
    private readonly credentials: CredentialStore,
    private readonly states: ServerStates,
    private readonly signIns: SignIns,
    private readonly lock: Lock,
    private readonly log: Log,
    private readonly http: Network,
    /** Absent if no agents are admitted. */
    private readonly agents?: AdmittedAgents,
  ) {}

  /**
   * Signs an account out.
   *
   * @param account the account's key; the current account if absent
   * @param next the key of the account that this workspace uses from then on, or {@link noAccount}; if absent, the
   *   current account or else the one that signed in last
   */
  signOut(server: ServerConfig, account?: string, next?: string): Promise<SignOutReceipt> {
    const name = `${server.url} ${account ?? ''}`;
    const running = this.#running.get(name);
    if (running !== undefined) return running;
    const signOut = this.#signOut(server, account, next).finally(() => this.#running.delete(name));
    this.#running.set(name, signOut);
    return signOut;
  }

  async #signOut(
    server: ServerConfig,
    account: string | undefined,
    chosen: string | undefined,
  ): Promise<SignOutReceipt> {
    const inUse = await this.credentials.get(server.url);
    const left = account ?? (inUse && accountKeyOf(inUse));
    // First, so that no call goes out as an account that the user did not choose.
    if (chosen !== undefined) await this.credentials.use(server.url, chosen);
    if (account === undefined || inUse === undefined || accountKeyOf(inUse) === account)
      this.signIns.running(server)?.cancel();
    const credential = await this.#remove(server, left);
    if (credential === undefined) return { kind: 'notSignedIn' };
    await this.#endAgents(server, credential);
    const next = await this.credentials.get(server.url);
    this.states.showAttempt(server, undefined);
    if (next === undefined) this.states.observe(server, { kind: 'answered', authorized: true });
    if (credential.grant === 'editorAccount') {
      this.log.info(`${server.name}: the editor's account is no longer used.`);
      return { kind: 'forgotten', provider: credential.client.clientId, ...accountFact(credential) };
    }
    const revocation = await revokeTokens(credential, {
      ...this.http,
      ...onWordOf(server.url),
    });
    await releaseClient(server, credential.client, { http: this.http, log: this.log });
    const { host } = new URL(credential.as.issuer);
    this.log.info(
      `${server.name}: signed out; at ${host} the refresh token: ${revocation.refreshToken ?? 'none'}, ` +
        `the access token: ${revocation.accessToken}.`,
    );
    return defined({
      kind: 'signedOut',
      host,
      revocation,
      account: accountName(credential),
      next: next !== undefined && credential.id === inUse?.id ? accountLabel(next) : undefined,
      isIdle: chosen === noAccount ? true : undefined,
    });
  }

  /** Ends every account's sign-in to a server, and those that agents have there of their own. */
  async signOutOfAll(server: ServerConfig): Promise<readonly SignOutReceipt[]> {
    this.signIns.running(server)?.cancel();
    const receipts: SignOutReceipt[] = [];
    for (const credential of await this.credentials.all(server.url))
      receipts.push(await this.signOut(server, accountKeyOf(credential)));
    for (const { id } of (await this.agents?.all()) ?? []) await this.#endAgent(placeOf(server, id));
    return receipts;
  }

  /** Ends an agent's own sign-ins when its admission ends, and revokes them if the server supports that. */
  async withdraw({ id, servers }: AdmittedAgent): Promise<void> {
    await this.agents?.withdraw(id);
    for (const { url } of servers)
      await this.#endAgent(placeOf({ name: new URL(url).host, url, headers: {}, oauth: {} }, id));
  }

  async #endAgent(place: ServerConfig): Promise<void> {
    this.signIns.running(place)?.cancel();
    // One that is being stored is waited for; of several accounts, each.
    while ((await this.signOut(place)).kind !== 'notSignedIn');
  }

  /** A user who signs out also ends the sign-ins that agents have of theirs. */
  async #endAgents(server: ServerConfig, user: Credential): Promise<void> {
    try {
      for (const { id } of (await this.agents?.all()) ?? []) {
        const place = placeOf(server, id);
        await this.credentials.reread(place.url);
        for (const own of await this.credentials.all(place.url))
          if (isOwnOf(own, user)) await this.signOut(place, accountKeyOf(own));
      }
    } catch (error) {
      this.log.warn(
        `${server.name}: the agents’ access through the sign-in could not be ended (${errorName(error)}).`,
      );
    }
  }

  #remove({ url }: ServerConfig, account: string | undefined): Promise<Credential | undefined> {
    return underLock(this.lock, accountsLock(url), async () => {
      const credential = await this.credentials.reread(url, account);
      if (credential === undefined) return undefined;
      const key = accountKeyOf(credential);
      return underLock(this.lock, tokenLock(url, key), async () => {
        // With the tokens of a refresh that was under way.
        const newest = await this.credentials.reread(url, key);
        if (newest !== undefined) await this.credentials.remove(url, key);
        return newest;
      });
    });
  }
}
