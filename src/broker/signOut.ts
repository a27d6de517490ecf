import type { Network } from '../oauth/httpContext.js';
import { onWordOf } from '../oauth/networkReach.js';
import { revokeTokens, type RevocationReceipt } from '../oauth/tokenRevocation.js';
import type { Credential } from './credential.js';
import type { CredentialStore } from './credentialStore.js';
import { releaseClient } from './oneTimeClients.js';
import type { Lock, Log } from './ports.js';
import { insteadOfRefresh } from './refreshLock.js';
import type { ServerConfig } from './serverSettings.js';
import type { ServerStates } from './serverStates.js';
import type { SignIns } from './signIns.js';

export type SignOutReceipt =
  | { readonly kind: 'notSignedIn' }
  | {
      readonly kind: 'signedOut';
      readonly account?: string;
      /** The authorization server that was asked to revoke. */
      readonly host: string;
      readonly revocation: RevocationReceipt;
    }
  /** The sign-in is the editor's, which keeps it: it is not used for this server any more. */
  | { readonly kind: 'forgotten'; readonly account?: string; readonly provider: string };

/**
 * Signs out: the tokens are gone here first, whatever the authorization server then says to their
 * revocation (RFC 7009). Sign-outs of one server that overlap are the same one.
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
  ) {}

  signOut(server: ServerConfig): Promise<SignOutReceipt> {
    const running = this.#running.get(server.url);
    if (running !== undefined) return running;
    const signOut = this.#signOut(server).finally(() => this.#running.delete(server.url));
    this.#running.set(server.url, signOut);
    return signOut;
  }

  async #signOut(server: ServerConfig): Promise<SignOutReceipt> {
    this.signIns.running(server)?.cancel();
    const credential = await this.#remove(server);
    if (credential === undefined) return { kind: 'notSignedIn' };
    this.states.observe(server, { kind: 'answered', authorized: true });
    if (credential.grant === 'editorAccount') {
      this.log.info(`${server.name}: the editor's account is not used any more.`);
      return { kind: 'forgotten', provider: credential.client.clientId, ...accountOf(credential) };
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
    return {
      kind: 'signedOut',
      host,
      revocation,
      ...accountOf(credential),
    };
  }

  #remove(server: ServerConfig): Promise<Credential | undefined> {
    return insteadOfRefresh(this.lock, server.url, async () => {
      const credential = await this.credentials.reread(server.url);
      if (credential !== undefined) await this.credentials.remove(server.url);
      return credential;
    });
  }
}

function accountOf({ account }: Credential): { readonly account?: string } {
  return account === undefined ? {} : { account: account.label };
}
