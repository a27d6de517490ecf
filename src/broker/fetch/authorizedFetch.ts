import { defined } from '../../base/defined.js';
import { resourceRequestWithDpop } from '../../oauth/dpop.js';
import type { Fetch } from '../../oauth/httpContext.js';
import { networkFailure, discardBody } from '../../oauth/boundedFetch.js';
import { OAuthFlowError } from '../../oauth/oauthFlowError.js';
import { stepUpScopes } from '../../oauth/scopes.js';
import { sentence, shownAddress } from '../../base/displayText.js';
import { bearerChallengeOf, type BearerChallenge } from '../../oauth/wwwAuthenticateChallenge.js';
import type { AccessTokens } from '../tokens/accessTokens.js';
import { observationOfError } from '../status/consentStatus.js';
import { accountName, actorOf, type Credential } from '../accounts/credential.js';
import { denialWithoutUser, type Denial } from '../tokens/denialWithoutUser.js';
import { errorName } from '../../base/errorName.js';
import type { MetadataCache } from '../discovery/metadataCache.js';
import type { Log } from '../../base/log.js';
import { SecretStorageTimeout } from '../accounts/secretStorageTimeout.js';
import { passingFault } from '../discovery/probe.js';
import { redirectTarget, shownHeaders } from './refusalHeaders.js';
import type { ServerConfig } from '../settings/serverSettings.js';
import type { ServerStates } from '../status/serverStates.js';
import type { TokenSource } from '../tokens/tokenSource.js';
import { NotUsedHere } from '../tokens/useHere.js';

/** How often one request is met with more scopes (MCP authorization, step-up). */
const stepUpLimit = 3;

/** A request to an MCP server, whole, so that it can be sent again. */
export interface UpstreamRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly headers: Headers;
  readonly body?: Uint8Array | undefined;
  /** The tool the request calls, for the status it may lead to. */
  readonly tool?: string | undefined;
  /** The session of the request and the account that it was begun as; undefined if it belongs to none. */
  readonly session?: { readonly user: string | undefined; readonly isStateless?: true } | undefined;
  /** The account's key; the current account if absent. */
  readonly account?: string | undefined;
  /** The scopes its token may have at most; absent: all that were granted. */
  readonly scopeCeiling?: readonly string[] | undefined;
  /** The agent that sends it, by its id, which may have a sign-in of its own. */
  readonly agent?: string | undefined;
  readonly signal: AbortSignal;
  /** Called with the credential each time that the request is sent. */
  readonly onSend?: ((credential: Credential | undefined) => void) | undefined;
}

/** What only the user can give. */
export type ConsentNeed =
  | { readonly kind: 'signIn'; readonly challenge?: BearerChallenge }
  | {
      readonly kind: 'stepUp';
      readonly challenge: BearerChallenge;
      /** All scopes to request: those that are held and those that are missing. */
      readonly scopes: readonly string[];
      readonly missing: readonly string[];
    };

export type AuthorizedOutcome =
  | { readonly kind: 'response'; readonly response: Response; readonly credential: Credential | undefined }
  | { readonly kind: 'consentNeeded'; readonly need: ConsentNeed }
  /** A 403 response that no consent can change. */
  | { readonly kind: 'denied'; readonly detail: string }
  /** Somebody else is signed in than the request's session was begun as. It did not run: it was not sent, or refused with 401. */
  | { readonly kind: 'otherAccount' }
  /** The user has not allowed the sign-in to be used on this machine; nothing was sent. */
  | {
      readonly kind: 'notUsedHere';
      readonly server: ServerConfig;
      readonly credential: Credential;
      readonly decision: NotUsedHere['decision'];
    }
  | { readonly kind: 'failed'; readonly detail: string };

/**
 * Steps 1–2 and 9–10: sends a request with the user's token. A 401 is answered with a refresh, once; a
 * 403 costs the user nothing. The request goes out again only when the server refused it with 401, never
 * after another failure, so that no tool call runs twice.
 */
export class AuthorizedFetch {
  constructor(
    /** Those of callers that are allowed less than was granted among them. */
    readonly tokens: AccessTokens,
    private readonly states: ServerStates,
    private readonly fetch: Fetch,
    private readonly log: Log,
    /** What a refused token puts in doubt: the server may have another authorization server by now. */
    private readonly metadata?: MetadataCache,
    /** What of this process' place in the network may be why a server cannot be reached. */
    readonly unreachableNote?: string,
  ) {}

  async send(server: ServerConfig, request: UpstreamRequest): Promise<AuthorizedOutcome> {
    try {
      return await this.#send(server, request);
    } catch (error) {
      if (request.signal.aborted) throw request.signal.reason;
      if (error instanceof NotUsedHere) {
        const { server: of, credential, decision } = error;
        return { kind: 'notUsedHere', server: of, credential, decision };
      }
      return { kind: 'failed', detail: await this.#failure(server, request, error) };
    }
  }

  async #failure(server: ServerConfig, request: UpstreamRequest, error: unknown): Promise<string> {
    if (error instanceof OAuthFlowError) {
      const observation = observationOfError(error);
      // Another account may have nothing to ask of the authorization server that this one could not ask.
      const isOfServer = error.details.url === shownAddress(server.url);
      const of = isOfServer ? undefined : await this.tokens.stored(server, request.account);
      if (observation !== undefined) this.states.observe(server, observation, of);
      this.log.warn(`${server.name}: ${error.message}`);
      return error.advice;
    }
    // Storage, its key, or the lock failed here, so the error is unrelated to the server.
    const detail =
      error instanceof SecretStorageTimeout
        ? error.message
        : `The stored sign-in for ${server.name} could not be read or renewed on this machine (${errorName(error)}).`;
    this.log.error(detail);
    return detail;
  }

  async #send(server: ServerConfig, request: UpstreamRequest): Promise<AuthorizedOutcome> {
    const tokens = this.tokens.within(request.scopeCeiling, request.agent);
    let credential = await tokens.current(server, request.account);
    // A caller that is left without scopes is still signed in.
    const acting =
      credential ?? (request.scopeCeiling && (await this.tokens.stored(server, request.account)));
    if (isStranger(acting, request)) return { kind: 'otherAccount' };
    let response = await this.#attempt(server, request, credential);
    if (response.status === 401 && credential !== undefined) {
      this.metadata?.drop(server);
      await discardBody(response);
      const renewed = await tokens.after401(server, credential);
      if (renewed === undefined && (await this.#isOther(server, request, credential)))
        return { kind: 'otherAccount' };
      if (renewed !== undefined) {
        credential = renewed;
        response = await this.#attempt(server, request, credential);
      }
    }
    for (let tries = 1; tries <= stepUpLimit && response.status === 403; tries++) {
      const wider = credential && (await this.#wider(server, response, credential, tokens));
      if (wider === undefined) break;
      await discardBody(response);
      credential = wider;
      response = await this.#attempt(server, request, credential);
    }
    const outcome = await this.#judge(server, request, response, credential);
    const denial = outcome.kind === 'consentNeeded' ? this.#denial(server, outcome.need) : undefined;
    if (denial === undefined) return outcome;
    this.states.observe(server, { kind: 'denied', ...denial }, credential);
    return { kind: 'denied', detail: denial.detail };
  }

  /** If no user signs in at the server, a refusal is final: the user is not asked, and the refusal gives the reason. */
  #denial(server: ServerConfig, need: ConsentNeed): Denial | undefined {
    const missing = need.kind === 'stepUp' ? need.missing : undefined;
    return denialWithoutUser(server, missing, this.tokens.identityProvider);
  }

  /** Whether another account is used by now than the one that was refused. */
  async #isOther(server: ServerConfig, { account }: UpstreamRequest, refused: Credential): Promise<boolean> {
    const inUse = await this.tokens.stored(server, account);
    return inUse !== undefined && actorOf(inUse) !== actorOf(refused);
  }

  /** The scopes that a 403 response requires, if they can be obtained without a user. */
  async #wider(
    server: ServerConfig,
    response: Response,
    credential: Credential,
    tokens: TokenSource,
  ): Promise<Credential | undefined> {
    const challenge = bearerChallengeOf(shownHeaders(response, credential));
    if (challenge?.error !== 'insufficient_scope') return undefined;
    const { union, added } = stepUpScopes(credential.tokens.scopes, challenge);
    return added.length === 0 ? undefined : tokens.afterInsufficientScope(server, credential, union);
  }

  async #attempt(
    server: ServerConfig,
    request: UpstreamRequest,
    credential: Credential | undefined,
  ): Promise<Response> {
    // A refresh or another window can have brought another sign-in than the one that was looked at.
    if (credential !== undefined) await this.tokens.use?.require(server, credential);
    request.onSend?.(credential);
    const headers = new Headers(request.headers);
    for (const [name, value] of Object.entries(server.headers)) headers.set(name, value);
    const tokens = credential?.tokens;
    if (tokens?.dpopKey !== undefined) {
      const bound = { method: request.method, url: server.url, accessToken: tokens.accessToken };
      return resourceRequestWithDpop(tokens.dpopKey, bound, (proof) => {
        for (const [name, value] of Object.entries(proof)) headers.set(name, value);
        return this.#fetched(server, request, headers);
      });
    }
    if (tokens !== undefined) headers.set('Authorization', `Bearer ${tokens.accessToken.expose()}`);
    return this.#fetched(server, request, headers);
  }

  async #fetched(server: ServerConfig, request: UpstreamRequest, headers: Headers): Promise<Response> {
    const init: RequestInit = {
      method: request.method,
      headers,
      // A redirect is a new address, and a token goes to the configured one only.
      redirect: 'manual',
      signal: request.signal,
      ...(request.body !== undefined && { body: request.body as Uint8Array<ArrayBuffer> }),
    };
    try {
      return await this.fetch(server.url, init);
    } catch (error) {
      if (error instanceof OAuthFlowError) throw error;
      const url = shownAddress(server.url);
      const message = networkFailure(new URL(server.url).host, error, this.unreachableNote);
      throw new OAuthFlowError('unreachable', message, { url });
    }
  }

  async #judge(
    server: ServerConfig,
    request: UpstreamRequest,
    response: Response,
    credential: Credential | undefined,
  ): Promise<AuthorizedOutcome> {
    if (response.status === 401) {
      await discardBody(response);
      const challenge = bearerChallengeOf(shownHeaders(response, credential));
      this.states.observe(server, { kind: 'challenged' }, credential);
      return {
        kind: 'consentNeeded',
        need: defined({ kind: 'signIn', challenge }),
      };
    }
    if (response.status === 403) {
      await discardBody(response);
      return this.#forbidden(server, request, response, credential);
    }
    if (response.status >= 300 && response.status < 400) {
      await discardBody(response);
      const detail = `${new URL(server.url).host} redirects to ${redirectTarget(shownHeaders(response, credential), server.url)}. The token is not sent there. If that is the server's address, configure it.`;
      this.states.observe(server, { kind: 'misconfigured', detail });
      return { kind: 'failed', detail };
    }
    const fault = request.method === 'POST' ? passingFault(server, response) : undefined;
    if (fault !== undefined) this.states.observe(server, { kind: 'unreachable', detail: fault.message });
    if (response.ok)
      this.states.observe(server, { kind: 'answered', authorized: credential !== undefined }, credential);
    return { kind: 'response', response, credential };
  }

  #forbidden(
    server: ServerConfig,
    request: UpstreamRequest,
    response: Response,
    credential: Credential | undefined,
  ): AuthorizedOutcome {
    const challenge = bearerChallengeOf(shownHeaders(response, credential));
    if (challenge?.error === 'insufficient_scope' && credential === undefined) {
      this.states.observe(server, { kind: 'challenged' });
      return { kind: 'consentNeeded', need: { kind: 'signIn', challenge } };
    }
    if (challenge?.error === 'insufficient_scope' && credential !== undefined) {
      const { union, added } = stepUpScopes(credential.tokens.scopes, challenge);
      if (added.length > 0) {
        const tool = request.tool === undefined ? {} : { tool: request.tool };
        this.states.observe(server, { kind: 'insufficientScope', missing: added, ...tool }, credential);
        return { kind: 'consentNeeded', need: { kind: 'stepUp', challenge, scopes: union, missing: added } };
      }
    }
    const reason = challenge?.errorDescription;
    const account = credential && accountName(credential);
    const who = account === undefined ? '' : ` for ${account}`;
    const because = reason === undefined ? '' : `: ${reason}`;
    const detail = sentence(`${new URL(server.url).host} denied access${who} (403)${because}`);
    this.states.observe(server, { kind: 'denied', by: 'server', detail }, credential);
    return { kind: 'denied', detail };
  }
}

function isStranger(credential: Credential | undefined, { session }: UpstreamRequest): boolean {
  // If the server keeps no session, none can be another user's.
  if (session === undefined || session.isStateless === true) return false;
  return session.user !== actorOf(credential);
}
