import { identifierOf } from '../../oauth/authorizationServerMetadata.js';
import type { Network } from '../../oauth/httpContext.js';
import { onWordOf } from '../../oauth/networkReach.js';
import { OAuthFlowError } from '../../oauth/oauthFlowError.js';
import { refreshTokens } from '../../oauth/tokenRefresh.js';
import { revokeTokens } from '../../oauth/tokenRevocation.js';
import { accountKeyOf, isNearExpiry, type Credential } from '../accounts/credential.js';
import type { CredentialStore } from '../accounts/credentialStore.js';
import type { DirectGrants } from './directGrants.js';
import { errorName } from '../../base/errorName.js';
import { directGrantOf, type DirectGrantName } from '../settings/grant.js';
import { hasLentToken, withoutLentToken } from '../accounts/credentialRecord.js';
import type { Clock } from '../../base/clock.js';
import type { Log } from '../../base/log.js';
import type { Lock } from '../../base/storage.js';
import { NarrowedTokens } from './narrowedTokens.js';
import { tokenLock } from '../accounts/tokenLocks.js';
import { endRefused, keepRefreshed } from './refreshOutcome.js';
import type { ServerConfig } from '../settings/serverSettings.js';
import { resourceParameter, signInPolicy } from '../settings/signInPolicy.js';
import type { TokenSource } from './tokenSource.js';
import type { ServerStates } from '../status/serverStates.js';
import type { UseHere } from './useHere.js';

/**
 * Credentials that are fit to be sent. Rotating authorization servers revoke every token of a sign-in when
 * a refresh token is used twice (OAuth 2.1 §4.3.1), so a refresh happens once: one flight a credential here, a
 * lock between windows and processes, and a second look at the store once the lock is held.
 */
export class AccessTokens implements TokenSource {
  readonly #flights = new Map<string, Promise<Credential | undefined>>();
  /** For callers that are allowed less than was granted. */
  readonly narrowed: NarrowedTokens;

  constructor(
    private readonly credentials: CredentialStore,
    private readonly states: ServerStates,
    private readonly lock: Lock,
    private readonly clock: Clock,
    private readonly log: Log,
    private readonly http: Network,
    /** If it is absent, a user signs in at every server. */
    private readonly grants?: DirectGrants,
    /** If it is absent, every sign-in may be used on this machine. */
    readonly use?: UseHere,
    /** How much earlier than others this machine refreshes: see {@link isNearExpiry}. */
    private readonly earliness = 0,
  ) {
    this.narrowed = new NarrowedTokens(this, credentials, lock, clock, log, http);
  }

  /** For callers that must not get all granted scopes: tokens with these scopes at most. */
  within(ceiling: readonly string[] | undefined, agentId: string | undefined): TokenSource {
    return ceiling === undefined ? this : this.narrowed.below(ceiling, agentId);
  }

  /** The identity provider for servers with the grant `enterpriseManaged`, if one is configured. */
  get identityProvider(): string | undefined {
    return this.grants?.identityProvider;
  }

  /**
   * Returns the credential to send now, refreshed before it expires if possible.
   *
   * @param account the account's key; the current account if absent
   * @throws OAuthFlowError if it has expired and the request to the authorization server failed; NotUsedHere; an
   *   error of the lock or the storage if it has expired or cannot be read
   */
  async current(server: ServerConfig, account?: string): Promise<Credential | undefined> {
    const credential = this.#usable(server, await this.credentials.newest(server.url, account));
    if (credential !== undefined) await this.use?.require(server, credential);
    if (credential === undefined && this.#grantOf(server) !== undefined)
      return this.#renew(server, undefined);
    if (credential === undefined || !isNearExpiry(credential, this.clock.now(), this.earliness))
      return credential;
    try {
      return await this.#renew(server, credential);
    } catch (error) {
      const { expiresAt = Infinity } = credential.tokens;
      if (expiresAt <= this.clock.now()) throw error;
      // An error of the lock or the storage. Refusals by the authorization server have already been reported.
      if (!(error instanceof OAuthFlowError)) {
        this.log.warn(
          `${server.name}: the token could not be renewed before it expired (${errorName(error)}).`,
        );
      }
      return credential;
    }
  }

  /** Returns the remembered credential, valid or not; undefined if it cannot be read. */
  stored(server: ServerConfig, account?: string): Promise<Credential | undefined> {
    return this.credentials.get(server.url, account).catch(() => undefined);
  }

  /**
   * After a 401 response to `refused`: returns a newer credential, or undefined if there is none.
   *
   * @throws OAuthFlowError if the request to the authorization server failed; the sign-in is kept
   */
  async after401(server: ServerConfig, refused: Credential): Promise<Credential | undefined> {
    this.grants?.refused(refused);
    const renewed = await this.#renew(server, refused);
    return renewed !== undefined && !isSameToken(renewed, refused) ? renewed : undefined;
  }

  /**
   * After a 403 response with `insufficient_scope` to `refused`: returns a credential with more scopes, if no user
   * has to be asked.
   *
   * @param scopes all scopes to request
   * @throws OAuthFlowError if they are not granted
   */
  async afterInsufficientScope(
    server: ServerConfig,
    refused: Credential,
    scopes: readonly string[],
  ): Promise<Credential | undefined> {
    // The editor's account gets more by the user's consent alone, as one signed in here does.
    if (refused.grant === undefined || refused.grant === 'editorAccount') return undefined;
    const renewed = await this.#renew(server, refused, scopes);
    return renewed !== undefined && !isSameToken(renewed, refused) ? renewed : undefined;
  }

  /** A token obtained one way is none for a server that is since configured another way. */
  #usable(server: ServerConfig, credential: Credential | undefined): Credential | undefined {
    if (credential?.grant !== this.#grantOf(server)) return undefined;
    const isOtherProvider =
      credential?.grant === 'editorAccount' &&
      credential.client.clientId !== server.oauth.authenticationProvider;
    return isOtherProvider ? undefined : credential;
  }

  #grantOf(server: ServerConfig) {
    return this.grants === undefined ? undefined : directGrantOf(server);
  }

  #renew(
    server: ServerConfig,
    stale: Credential | undefined,
    scopes?: readonly string[],
  ): Promise<Credential | undefined> {
    const account = stale && accountKeyOf(stale);
    const name = tokenLock(server.url, account);
    const running = this.#flights.get(name);
    if (running !== undefined) return running;
    // Secret storage is waited for before the lock is taken: while it does not respond, others can go on.
    const flight = this.credentials
      .reread(server.url, account)
      .then(() => this.lock.hold(name, () => this.#renewLocked(server, stale, account, scopes)))
      .finally(() => this.#flights.delete(name));
    this.#flights.set(name, flight);
    return flight;
  }

  async #renewLocked(
    server: ServerConfig,
    stale: Credential | undefined,
    account: string | undefined,
    scopes: readonly string[] | undefined,
  ): Promise<Credential | undefined> {
    const latest = this.#usable(server, await this.credentials.rereadShared(server.url, account));
    const grant = this.#grantOf(server);
    if (grant !== undefined && (latest === undefined || isSameToken(latest, stale))) {
      return this.#obtain(server, grant, latest, scopes);
    }
    // Another window was faster, or the user signed out meanwhile.
    if (latest === undefined || !isSameToken(latest, stale)) return latest;
    if (latest.tokens.refreshToken === undefined) return latest;
    const refreshed = await this.#refresh(server, latest);
    if (refreshed === 'refused') {
      const ended = await endRefused(this.credentials, this.clock, latest);
      if (isSameToken(latest, ended)) this.states.observe(server, { kind: 'ended' }, ended);
      return ended;
    }
    const kept = await keepRefreshed(this.credentials, latest, refreshed);
    if (kept === undefined) await this.#revoke(server, refreshed);
    return kept;
  }

  /** Tokens that need no user. */
  async #obtain(
    server: ServerConfig,
    grant: DirectGrantName,
    latest: Credential | undefined,
    scopes: readonly string[] | undefined,
  ): Promise<Credential | undefined> {
    const fresh = await this.grants?.obtain(server, grant, scopes, latest);
    if (fresh === undefined) {
      if (latest?.grant === 'editorAccount' && hasLentToken(latest)) {
        await this.credentials.put(withoutLentToken(latest));
      }
      return undefined;
    }
    // The same client or workload as before, so that what was begun with the last token goes on.
    const obtained = { ...fresh, id: latest?.id ?? fresh.id };
    await this.use?.made(obtained);
    await this.credentials.put(obtained, await this.credentials.get(server.url));
    this.log.info(`${server.name}: token obtained at ${new URL(obtained.as.issuer).host} (${grant}).`);
    return obtained;
  }

  /** The credential with new tokens; `refused` if the authorization server no longer takes the refresh token. */
  async #refresh(server: ServerConfig, latest: Credential): Promise<Credential | 'refused'> {
    try {
      const http = { ...this.http, ...onWordOf(server.url) };
      const { as, client, tokens: held } = latest;
      const resource = resourceParameter(signInPolicy(server, identifierOf(as)), latest.resource);
      const tokens = await refreshTokens({ as, client, tokens: held, ...resource }, http, () =>
        this.clock.now(),
      );
      this.log.info(`${server.name}: token refreshed at ${new URL(latest.as.issuer).host}.`);
      return { ...latest, tokens, obtainedAt: this.clock.now() };
    } catch (error) {
      if (!(error instanceof OAuthFlowError)) throw error;
      this.log.warn(`${server.name}: refresh failed (${error.code}). ${error.message}`);
      if (error.code !== 'refreshTokenRefused') throw error;
      return 'refused';
    }
  }

  /** The user signed out while the tokens were being refreshed: best effort (RFC 7009). */
  async #revoke(server: ServerConfig, renewed: Credential): Promise<void> {
    await revokeTokens(renewed, { ...this.http, ...onWordOf(server.url) }).catch(() => undefined);
    this.log.info(`${server.name}: the tokens of a sign-in that ended during a refresh were revoked.`);
  }
}

function isSameToken(a: Credential, b: Credential | undefined): boolean {
  return a.tokens.accessToken.expose() === b?.tokens.accessToken.expose();
}
