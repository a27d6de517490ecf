import { defined } from '../../base/defined.js';
import { isSessionScope } from '../../oauth/scopes.js';
import type { AdmittedServer } from './agentAdmission.js';
import { placeOf } from '../accounts/credential.js';
import type { ConsentNeed } from '../fetch/authorizedFetch.js';
import type { CredentialStore } from '../accounts/credentialStore.js';
import { Emitter } from '../../base/event.js';
import { OpenRequests, type RequestMark } from './openRequests.js';
import type { NarrowedTokens } from '../tokens/narrowedTokens.js';
import type { Clock, Disposable } from '../../base/clock.js';
import type { ServerConfig } from '../settings/serverSettings.js';
import type { SignInPurpose } from '../signIn/signIn.js';

/** How long the user is not asked again after “not now”, in milliseconds, unless they look themselves. */
const peace = 10 * 60_000;

/** The agent that asks, and what it was admitted with at the server it asks for. */
export interface AskingAgent {
  readonly id: string;
  readonly name: string;
  readonly access: AdmittedServer;
}

/** A consent that an agent's call lacked, for the user to give when they like. */
export interface AgentAsk {
  readonly id: string;
  readonly agent: AskingAgent;
  readonly server: ServerConfig;
  /** What was called, fit to be shown. */
  readonly what: string;
  readonly kind: ConsentNeed['kind'];
  /** The scopes that are missing, none beyond the admission's. */
  readonly scopes: readonly string[];
  /** How to sign in for it. */
  readonly request: SignInPurpose;
  /** Milliseconds since the epoch. */
  readonly askedAt: number;
}

/** Determines whether an agent needs its own sign-in, because the user's cannot be narrowed. */
interface OwnTokens {
  needsOwn: NarrowedTokens['needsOwn'];
}

export type AskOutcome =
  | { readonly kind: 'asked'; readonly scopes: readonly string[] }
  /** The user was asked a while ago and declined. */
  | { readonly kind: 'declined' }
  /** The scopes exceed the admission, so the user is not asked. */
  | { readonly kind: 'notAdmitted'; readonly scopes: readonly string[] };

/**
 * What agents wait for. An agent is answered at once, and only what the user does here opens a browser; the
 * same need is asked for once, however often the agent calls.
 */
export class AgentConsents implements Disposable {
  /** Two windows can be asked for the same need, which has one id. The time distinguishes their requests. */
  readonly #asks = new OpenRequests<AgentAsk>(({ id, askedAt }) => ({ id, askedAt }));
  /** Until when a need is not asked for again. */
  readonly #declined = new Map<string, number>();
  readonly #asked = new Emitter<AgentAsk>();
  readonly #subscription: Disposable;

  /** Fires for a need that the user has not been asked about yet. */
  readonly onDidAsk = this.#asked.event;
  readonly onDidChange = this.#asks.onDidChange;

  constructor(
    private readonly credentials: CredentialStore,
    private readonly clock: Clock,
    /** Determines whether an agent needs its own sign-in. */
    private readonly narrowed: OwnTokens,
  ) {
    this.#subscription = credentials.onDidChange((serverUrl) => void this.#settle(serverUrl));
  }

  /** Oldest first, those of other windows after this one's. */
  get pending(): readonly AgentAsk[] {
    return this.#asks.all;
  }

  /** Oldest first. */
  get askedHere(): readonly AgentAsk[] {
    return this.#asks.own;
  }

  /** What the user declined here and other windows were asked for. */
  get declinedForOthers(): readonly RequestMark[] {
    return this.#asks.settledForOthers;
  }

  /** Takes over what other windows were asked for, and what the user declined there. */
  hear(asks: readonly AgentAsk[], declined: readonly RequestMark[]): void {
    for (const { id } of this.#asks.settledBy(declined)) this.decline(id);
    this.#asks.hear(asks);
  }

  async ask(agent: AskingAgent, server: ServerConfig, what: string, need: ConsentNeed): Promise<AskOutcome> {
    const ceiling = agent.access.scopes;
    const wanted = need.kind === 'stepUp' ? need.missing : (need.challenge?.scopes ?? ceiling ?? []);
    const isAdmitted = (scope: string) =>
      ceiling === undefined || ceiling.includes(scope) || isSessionScope(scope);
    const scopes = wanted.filter(isAdmitted);
    const beyond = wanted.filter((scope) => !isAdmitted(scope));
    // A first sign-in names all a server has, of which some will do; a step-up, just what the call needs.
    if (beyond.length > 0 && (need.kind === 'stepUp' || scopes.length === 0)) {
      return { kind: 'notAdmitted', scopes: beyond };
    }
    const id = JSON.stringify([agent.id, server.url, need.kind, ...scopes]);
    if ((this.#declined.get(id) ?? 0) > this.clock.now()) return { kind: 'declined' };
    const isNew = !this.#asks.isOwn(id);
    const request = await this.#requestFor(agent, server, need, ceiling === undefined ? undefined : scopes);
    const ask = { id, agent, server, what, kind: need.kind, scopes, request, askedAt: this.clock.now() };
    if (isNew) {
      this.#asks.add(ask);
      this.#asked.fire(ask);
    }
    return { kind: 'asked', scopes };
  }

  /** Notes that the user chose “not now”. */
  decline(id: string): void {
    this.#declined.set(id, this.clock.now() + peace);
    this.#asks.settle(id);
  }

  /** The agent is gone, and what it asked for with it. */
  forget(agentId: string): void {
    this.#asks.withdraw(this.askedHere.filter(({ agent }) => agent.id === agentId).map(({ id }) => id));
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  /** The granted scopes stay: the sign-in belongs to the user, and other callers use it too. */
  async #requestFor(
    { id, access: { account, scopes: ceiling } }: AskingAgent,
    server: ServerConfig,
    need: ConsentNeed,
    scopes: readonly string[] | undefined,
  ): Promise<AgentAsk['request']> {
    const { challenge } = need;
    const isOwn = ceiling !== undefined && (await this.narrowed.needsOwn(server, account, ceiling, id));
    const forAgent = isOwn ? id : undefined;
    const wanted = need.kind === 'stepUp' ? need.missing : scopes;
    const acting = await this.#actingAs(server, account, forAgent);
    const isAsked = (scope: string) => forAgent === undefined || ceiling?.includes(scope) === true;
    const held = acting?.tokens.scopes.filter(isAsked) ?? [];
    return defined({
      challenge,
      account,
      scopes: wanted !== undefined && wanted.length > 0 ? [...new Set([...held, ...wanted])] : undefined,
      forAgent,
    });
  }

  #actingAs(server: ServerConfig, account: string | undefined, agentId: string | undefined) {
    if (agentId === undefined) return this.credentials.get(server.url, account);
    return this.credentials.get(placeOf(server, agentId).url);
  }

  async #settle(serverUrl: string): Promise<void> {
    const waiting = this.askedHere.filter(
      ({ server, request }) => placeOf(server, request.forAgent).url === serverUrl,
    );
    const isGiven = await Promise.all(waiting.map((ask) => this.#isGiven(ask)));
    const given = waiting.filter((_ask, at) => isGiven[at] === true);
    this.#asks.withdraw(given.map(({ id }) => id));
  }

  async #isGiven({ agent, server, kind, scopes, request, askedAt }: AgentAsk): Promise<boolean> {
    const acting = this.#actingAs(server, agent.access.account, request.forAgent);
    const credential = await acting.catch(() => undefined);
    if (credential === undefined || credential.obtainedAt < askedAt) return false;
    const { scopes: held } = credential.tokens;
    return kind === 'signIn' || scopes.every((scope) => held.includes(scope) || isSessionScope(scope));
  }
}
