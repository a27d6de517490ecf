import { fetchAccount } from '../oauth/accountName.js';
import { buildAuthorizationRequest, type PendingAuthorization } from '../oauth/authorizationRequest.js';
import { validateAuthorizationResponse } from '../oauth/authorizationResponse.js';
import type { HttpContext, Network } from '../oauth/httpContext.js';
import { onWordOf } from '../oauth/networkReach.js';
import { OAuthFlowError } from '../oauth/oauthFlowError.js';
import { withSessionScopes } from '../oauth/scopeSelection.js';
import { exchangeCode } from '../oauth/tokenExchange.js';
import type { TokenSet } from '../oauth/tokenSet.js';
import type { BearerChallenge } from '../oauth/wwwAuthenticateChallenge.js';
import type { ConfirmAccountChange } from './accountChange.js';
import { clientForServer, type ClientWithRedirect } from './clientForServer.js';
import type { ClientStore } from './clientStore.js';
import { checkConfiguredClient } from './configuredClient.js';
import type { Account } from './credential.js';
import type { CredentialStore } from './credentialStore.js';
import { discover, type Discovered } from './discovery.js';
import { Emitter } from './emitter.js';
import { errorName } from './errorName.js';
import { isForgotten } from './forgottenClient.js';
import { keepSignIn, type ReceivedTokens } from './keepSignIn.js';
import type { PendingCallbacks } from './pendingCallbacks.js';
import type {
  Clock,
  Disposable,
  Launcher,
  LaunchPage,
  LaunchVisit,
  Lock,
  Log,
  RedirectUris,
} from './ports.js';
import { probe } from './probe.js';
import type { ServerConfig } from './serverSettings.js';
import type { SignInOutcome, SignInPhase } from './signInOutcome.js';
import { revokeUnkept } from './unkeptTokens.js';

/** What a sign-in needs of the world. */
export interface SignInParts {
  readonly launcher: Launcher;
  readonly redirects: RedirectUris;
  readonly callbacks: PendingCallbacks;
  readonly credentials: CredentialStore;
  readonly clients: ClientStore;
  /** The one that refreshes take. */
  readonly lock: Lock;
  readonly clock: Clock;
  readonly log: Log;
  readonly http: Network;
  readonly confirmAccountChange: ConfirmAccountChange;
}

export interface SignInRequest {
  /** The challenge that led here, if one did. */
  readonly challenge?: BearerChallenge;
  /** Everything to ask for; where absent, the specification's priority decides. */
  readonly scopes?: readonly string[];
  /** Milliseconds until the attempt gives up. */
  readonly deadline: number;
}

/**
 * One sign-in at one server, from the person's click to the stored tokens. The browser may come more than
 * once (a tab closed by mistake); whichever visit's callback returns first ends it.
 */
export class SignInAttempt {
  readonly #abort = new AbortController();
  readonly #owned: Disposable[] = [];
  readonly #phases = new Emitter<SignInPhase>();
  readonly #outcome = Promise.withResolvers<SignInOutcome>();
  #discovered: Promise<Discovered> | undefined;
  #identified: { readonly identity: ClientWithRedirect; readonly issuer: string } | undefined;
  #phase: SignInPhase = 'waitingForBrowser';
  #ended = false;

  readonly onDidChangePhase = this.#phases.event;

  constructor(
    readonly server: ServerConfig,
    readonly request: SignInRequest,
    private readonly parts: SignInParts,
  ) {
    this.#own(parts.clock.after(request.deadline, () => this.#end({ kind: 'timedOut' })));
  }

  get phase(): SignInPhase {
    return this.#phase;
  }

  get hasEnded(): boolean {
    return this.#ended;
  }

  /** Never rejects. */
  get outcome(): Promise<SignInOutcome> {
    return this.#outcome.promise;
  }

  cancel(): void {
    this.#end({ kind: 'cancelled' });
  }

  /** The person's no, said in the editor rather than on the consent page, as a sentence. */
  decline(detail: string): void {
    this.#end({ kind: 'declined', by: 'person', detail });
  }

  /** Ends the attempt because what it needs could not be found out. */
  fail(error: OAuthFlowError): void {
    this.#fail(error);
  }

  /**
   * Steps 1–5a, once: what there is to consent to, and where.
   *
   * @throws OAuthFlowError where it cannot be found out; the attempt stays, and the next call asks anew
   */
  discover(): Promise<Discovered> {
    this.#discovered ??= this.#discover().catch((error: unknown) => {
      this.#discovered = undefined;
      throw error;
    });
    return this.#discovered;
  }

  /** A loopback address for the person's browser; the flow's requests are made when it is visited. */
  async launchPage(): Promise<LaunchPage> {
    const page = await this.parts.launcher.open(this.request.deadline, (visit) => this.#visited(visit));
    this.#own(page);
    return page;
  }

  async #visited(visit: LaunchVisit): Promise<void> {
    try {
      this.#enter('preparing');
      const found = await this.discover(); // steps 1–5a
      const scopes = this.#scopes(found);
      const identity = await this.#identify(found, scopes); // step 5b
      const { url, pending } = await this.#authorizationRequest(found, identity, scopes); // step 5c
      this.#own(
        this.parts.callbacks.expect(
          pending.state,
          (callback) => void this.#returned(found, pending, callback),
          identity.redirect.path,
        ),
      );
      // First the phase, which a sign-in that has ended cannot enter: its browser is sent nowhere.
      this.#enter('waitingForConsent');
      visit.redirect(url); // steps 6–7 are the person's
    } catch (error) {
      const failure = this.#fail(error);
      visit.explain(`Sign-in to ${this.server.name} could not begin`, failure);
    }
  }

  async #returned(
    found: Discovered,
    pending: PendingAuthorization,
    callback: URLSearchParams,
  ): Promise<void> {
    try {
      const validated = validateAuthorizationResponse(pending, callback); // step 7
      this.#enter('exchangingCode');
      const now = () => this.parts.clock.now();
      // It spends the code, so its answer is waited for even by an attempt that has ended: its tokens are live.
      const { signal, ...lasting } = this.#http();
      const tokens = await exchangeCode(pending, validated, lasting, now); // step 8
      await this.#keep({ server: this.server, found, pending, tokens });
    } catch (error) {
      this.#fail(error);
    }
  }

  async #keep(tokens: ReceivedTokens): Promise<void> {
    let received = tokens;
    let outcome: SignInOutcome | undefined;
    try {
      const account = await this.#account(tokens.pending, tokens.tokens);
      if (account !== undefined) received = { ...tokens, account };
      outcome = await keepSignIn(received, this.parts, () => this.#ended);
      if (outcome !== undefined) this.#end(outcome);
    } finally {
      if (outcome?.kind !== 'signedIn') void revokeUnkept(received, this.parts);
    }
  }

  async #discover(): Promise<Discovered> {
    const challenge = this.request.challenge ?? (await probe(this.server, this.#http())); // steps 1–2
    if (challenge === 'open') {
      throw new OAuthFlowError(
        'notProtected',
        `${this.server.name} answers without a sign-in; none is needed.`,
      );
    }
    return discover(this.server, challenge, this.#http()); // steps 3–5a
  }

  #scopes(found: Discovered): readonly string[] {
    const { scopes } = this.request;
    if (scopes === undefined) return found.scopes;
    return this.server.oauth.scopes === undefined ? withSessionScopes(scopes, found.as, true) : scopes;
  }

  async #identify(found: Discovered, scopes: readonly string[]): Promise<ClientWithRedirect> {
    const { redirects, clients, credentials } = this.parts;
    checkConfiguredClient(this.server, found.as, await credentials.get(this.server.url));
    const identity = await clientForServer(this.server, found.as, scopes, redirects, clients, this.#http());
    this.#own(identity.redirect);
    this.#identified = { identity, issuer: found.as.issuer };
    return identity;
  }

  #authorizationRequest(
    found: Discovered,
    { client, redirect }: ClientWithRedirect,
    scopes: readonly string[],
  ) {
    return buildAuthorizationRequest({
      as: found.as,
      client,
      redirectUri: redirect.uri,
      resource: found.resource.resource,
      scopes,
    });
  }

  /** A name that cannot be learned is no reason to lose a sign-in. */
  async #account(pending: PendingAuthorization, tokens: TokenSet): Promise<Account | undefined> {
    try {
      return await fetchAccount(pending.as, pending.client, tokens, this.#http());
    } catch (error) {
      if (!(error instanceof OAuthFlowError)) throw error;
      this.parts.log.warn(`${this.server.name}: the account's name could not be read. ${error.message}`);
      return undefined;
    }
  }

  #http(): HttpContext {
    return { ...this.parts.http, ...onWordOf(this.server.url), signal: this.#abort.signal };
  }

  #fail(error: unknown): string {
    if (this.#ended) return 'This sign-in has ended. Start again from the editor.';
    if (!(error instanceof OAuthFlowError)) {
      this.#end({
        kind: 'failed',
        error: new OAuthFlowError('unexpected', 'The sign-in failed for a reason nobody foresaw.', {
          fix: 'Show the log.',
        }),
      });
      this.parts.log.error(`${this.server.name}: sign-in failed unexpectedly (${errorName(error)}).`);
      return 'The reason is not known; the log of MCP OAuth Broker may say more.';
    }
    this.parts.log.warn(`${this.server.name}: sign-in failed (${error.code}). ${error.message}`);
    if (error.code === 'accessDenied') {
      this.#end({ kind: 'declined', by: 'authorizationServer', detail: error.message });
    } else this.#end({ kind: 'failed', error });
    return error.details.fix === undefined ? error.message : `${error.message} ${error.details.fix}`;
  }

  #enter(phase: SignInPhase): void {
    if (this.#ended)
      throw new OAuthFlowError('timedOut', 'This sign-in has ended. Start again from the editor.');
    this.#phase = phase;
    this.#phases.fire(phase);
  }

  #own(disposable: Disposable): void {
    if (this.#ended) disposable.dispose();
    else this.#owned.push(disposable);
  }

  #end(outcome: SignInOutcome): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#abort.abort();
    for (const disposable of this.#owned.splice(0)) disposable.dispose();
    this.#outcome.resolve(this.#forgetClientAfter(outcome).then(() => outcome));
  }

  /** The next sign-in finds no client that the authorization server may have forgotten. */
  async #forgetClientAfter(outcome: SignInOutcome): Promise<void> {
    if (this.#identified === undefined) return;
    const { identity, issuer } = this.#identified;
    if (!isForgotten(identity, outcome, this.#phase)) return;
    try {
      await this.parts.clients.remove(issuer, identity.redirect.uri);
    } catch (error) {
      this.parts.log.warn(`${this.server.name}: the client could not be forgotten (${errorName(error)}).`);
    }
  }
}
