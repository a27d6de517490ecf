import { identifierOf } from '../../oauth/authorizationServerMetadata.js';
import type { Network } from '../../oauth/httpContext.js';
import { onWordOf } from '../../oauth/networkReach.js';
import { OAuthFlowError } from '../../oauth/oauthFlowError.js';
import { isSessionScope } from '../../oauth/scopes.js';
import { refreshTokens } from '../../oauth/tokenRefresh.js';
import {
  asUser,
  isOwnOf,
  ownKeyOf,
  placeOf,
  accountKeyOf,
  isNearExpiry,
  type Credential,
} from '../accounts/credential.js';
import type { CredentialStore } from '../accounts/credentialStore.js';
import { Emitter } from '../../base/event.js';
import type { Clock } from '../../base/clock.js';
import type { Log } from '../../base/log.js';
import type { Lock } from '../../base/storage.js';
import { tokenLock } from '../accounts/tokenLocks.js';
import { endRefused, keepRefreshed } from './refreshOutcome.js';
import type { ServerConfig } from '../settings/serverSettings.js';
import { resourceParameter, signInPolicy } from '../settings/signInPolicy.js';
import type { TokenSource } from './tokenSource.js';

/** What the narrowing of one sign-in to some scopes has come to. */
interface Narrowed {
  /** The newest narrow token; undefined if the authorization server issues none. */
  readonly credential: Credential | undefined;
}

/**
 * Tokens with fewer scopes than the user granted, for callers with limited access. A refresh request with a narrower
 * `scope` returns one (RFC 6749 §6), and the grant itself stays complete. If the server does not support this, an
 * agent needs a sign-in of its own, for which the user is asked.
 */
export class NarrowedTokens {
  /** By sign-in and scopes. */
  readonly #narrowed = new Map<string, Narrowed>();
  readonly #flights = new Map<string, Promise<Credential | undefined>>();
  readonly #refused = new Emitter<string>();

  /** Fires with the address of a server that issues more than was requested: agents call it with all granted scopes. */
  readonly onDidFail = this.#refused.event;

  constructor(
    private readonly tokens: TokenSource,
    private readonly credentials: CredentialStore,
    private readonly lock: Lock,
    private readonly clock: Clock,
    private readonly log: Log,
    private readonly http: Network,
  ) {}

  /**
   * Returns tokens with these scopes at most.
   *
   * @param agentId the agent that may have its own sign-in
   */
  below(ceiling: readonly string[], agentId?: string): TokenSource {
    const caller = { ceiling, agentId };
    return {
      current: async (server, account) => {
        const whole = await this.tokens.current(server, account);
        return whole === undefined ? undefined : this.#current(server, whole, caller);
      },
      after401: (server, refused) => this.#after401(server, refused, caller),
      // For example a client's own tokens, which are not refreshed: only the limited scopes are requested.
      afterInsufficientScope: (server, refused, scopes) =>
        scopes.every((scope) => isWithin(scope, ceiling))
          ? this.tokens.afterInsufficientScope(server, refused, scopes)
          : Promise.resolve(undefined),
    };
  }

  /**
   * Whether nothing but a sign-in of its own gives an agent a token with these scopes at most, as far as is known;
   * one that came with more is no help.
   */
  async needsOwn(
    { url }: ServerConfig,
    account: string | undefined,
    ceiling: readonly string[],
    agentId: string,
  ): Promise<boolean> {
    const whole = await this.credentials.get(url, account);
    if (whole === undefined || whole.grant !== undefined) return false;
    const known = this.#narrowed.get(keyOf(whole, scopesWithin(whole, ceiling)));
    if (known === undefined || known.credential !== undefined) return false;
    const own = await this.credentials.get(placeOf({ url }, agentId).url, ownKeyOf(whole));
    return own === undefined || !isOwnOf(own, whole) || isBelow(own, ceiling);
  }

  async #current(server: ServerConfig, whole: Credential, caller: Caller): Promise<Credential | undefined> {
    const { ceiling } = caller;
    if (isBelow(whole, ceiling)) return whole;
    const scopes = scopesWithin(whole, ceiling);
    // Nothing of what was granted is allowed; and without any, `scope` would ask for everything.
    if (scopes.length === 0) return undefined;
    const key = keyOf(whole, scopes);
    const known = this.#narrowed.get(key);
    const narrowed = async () => {
      const narrow = await this.#narrow(server, whole, scopes);
      return narrow === undefined || isBelow(narrow, ceiling) ? narrow : this.#own(server, narrow, caller);
    };
    if (known === undefined) return narrowed();
    if (known.credential === undefined) return this.#own(server, whole, caller);
    if (!isNearExpiry(known.credential, this.clock.now())) return known.credential;
    try {
      return await narrowed();
    } catch (error) {
      const { expiresAt = Infinity } = known.credential.tokens;
      if (expiresAt <= this.clock.now()) throw error;
      return known.credential;
    }
  }

  /**
   * The agent's own sign-in, of the same user. If even that has more scopes than requested, the user's complete one
   * is used, and the user is notified.
   */
  async #own(
    server: ServerConfig,
    whole: Credential,
    { ceiling, agentId }: Caller,
  ): Promise<Credential | undefined> {
    // If no user signs in at the server, none can sign in for the agent.
    if (agentId !== undefined && whole.grant === undefined) {
      const own = await this.tokens.current(placeOf(server, agentId), ownKeyOf(whole));
      if (own === undefined || !isOwnOf(own, whole)) return undefined;
      if (isBelow(own, ceiling)) return asUser(own, whole);
    }
    this.#refused.fire(server.url);
    return whole;
  }

  async #after401(
    server: ServerConfig,
    refused: Credential,
    caller: Caller,
  ): Promise<Credential | undefined> {
    if (refused.serverUrl !== server.url) return this.#ownAfter401(server, refused, caller);
    const narrow = [...this.#narrowed].find(([, { credential }]) => isSameToken(credential, refused));
    const whole =
      narrow === undefined
        ? await this.tokens.after401(server, refused)
        : await this.tokens.current(server, accountKeyOf(refused));
    if (narrow !== undefined) this.#narrowed.delete(narrow[0]);
    const renewed = whole === undefined ? undefined : await this.#current(server, whole, caller);
    return isSameToken(renewed, refused) ? undefined : renewed;
  }

  async #ownAfter401(
    server: ServerConfig,
    refused: Credential,
    caller: Caller,
  ): Promise<Credential | undefined> {
    const place = placeOf(server, caller.agentId);
    const own = await this.credentials.get(place.url, ownKeyOf(refused));
    if (own !== undefined && isSameToken(own, refused)) await this.tokens.after401(place, own);
    const whole = await this.tokens.current(server, accountKeyOf(refused));
    const renewed = whole && (await this.#current(server, whole, caller));
    return isSameToken(renewed, refused) ? undefined : renewed;
  }

  /** One flight for each: a refresh token that is shown twice ends the sign-in. */
  #narrow(server: ServerConfig, whole: Credential, scopes: readonly string[]) {
    const key = keyOf(whole, scopes);
    const running = this.#flights.get(key);
    if (running !== undefined) return running;
    const account = accountKeyOf(whole);
    const flight = this.credentials
      .reread(server.url, account)
      .then(() =>
        this.lock.hold(tokenLock(server.url, account), () => this.#narrowLocked(server, whole, scopes)),
      )
      .finally(() => this.#flights.delete(key));
    this.#flights.set(key, flight);
    return flight;
  }

  async #narrowLocked(
    server: ServerConfig,
    whole: Credential,
    scopes: readonly string[],
  ): Promise<Credential | undefined> {
    const latest = await this.credentials.rereadShared(server.url, accountKeyOf(whole));
    // An account that signed in or out in the meantime is used for the next request.
    if (latest?.id !== whole.id) return latest === undefined ? undefined : whole;
    const key = keyOf(latest, scopes);
    if (latest.tokens.refreshToken === undefined) return this.#cannot(server, key, latest);
    const { as, client, tokens, resource } = latest;
    const policy = signInPolicy(server, identifierOf(as));
    const http = { ...this.http, ...onWordOf(server.url) };
    try {
      const fresh = await refreshTokens(
        { as, client, tokens, ...resourceParameter(policy, resource), scopes },
        http,
        () => this.clock.now(),
      );
      const { accessToken, refreshToken, expiresAt, ...rest } = fresh;
      const isNarrow = fresh.scopes.every((scope) => isWithin(scope, scopes));
      const obtainedAt = this.clock.now();
      if (!isNarrow) {
        const refreshed = { ...latest, tokens: fresh, obtainedAt };
        const kept = await keepRefreshed(this.credentials, latest, refreshed);
        return kept && this.#cannot(server, key, kept);
      }
      // RFC 6749 §6: a refresh token that comes with it has the scopes of the one that was shown.
      if (refreshToken?.expose() !== tokens.refreshToken?.expose() && refreshToken !== undefined) {
        const rotated = { ...latest, tokens: { ...tokens, refreshToken } };
        if ((await keepRefreshed(this.credentials, latest, rotated)) === undefined) return undefined;
      }
      const narrow = {
        ...latest,
        tokens: { ...rest, accessToken, expiresAt },
        obtainedAt,
      };
      this.#narrowed.set(key, { credential: narrow });
      this.log.info(`${server.name}: token for ${scopes.join(' ')} at ${new URL(as.issuer).host}.`);
      return narrow;
    } catch (error) {
      if (!(error instanceof OAuthFlowError)) throw error;
      if (error.code === 'refreshTokenRefused') {
        await endRefused(this.credentials, this.clock, latest);
        return undefined;
      }
      if (error.details.oauthError === 'invalid_scope') return this.#cannot(server, key, latest);
      throw error;
    }
  }

  #cannot(server: ServerConfig, key: string, whole: Credential): Credential {
    this.#narrowed.set(key, { credential: undefined });
    this.log.warn(
      `${server.name}: ${new URL(whole.as.issuer).host} does not issue tokens with fewer scopes than were granted.`,
    );
    return whole;
  }
}

/** A caller whose scopes are limited. */
interface Caller {
  readonly ceiling: readonly string[];
  readonly agentId: string | undefined;
}

function isBelow({ tokens }: Credential, ceiling: readonly string[]): boolean {
  return tokens.scopes.every((scope) => isWithin(scope, ceiling));
}

function scopesWithin({ tokens }: Credential, ceiling: readonly string[]): readonly string[] {
  return tokens.scopes.filter((scope) => ceiling.includes(scope));
}

/** What only makes a sign-in last or names its account opens no tool. */
function isWithin(scope: string, ceiling: readonly string[]): boolean {
  return ceiling.includes(scope) || isSessionScope(scope);
}

function keyOf({ id, tokens }: Credential, scopes: readonly string[]): string {
  return JSON.stringify([id, tokens.refreshToken !== undefined, ...[...scopes].sort()]);
}

function isSameToken(a: Credential | undefined, b: Credential | undefined): boolean {
  return a !== undefined && a.tokens.accessToken.expose() === b?.tokens.accessToken.expose();
}
