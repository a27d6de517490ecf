import type { PendingAuthorization } from '../../oauth/authorizationRequest.js';
import { validateAuthorizationResponse } from '../../oauth/authorizationResponse.js';
import { identifierOf } from '../../oauth/authorizationServerMetadata.js';
import type { HttpContext } from '../../oauth/httpContext.js';
import { onWordOf } from '../../oauth/networkReach.js';
import type { OAuthClient } from '../../oauth/oauthClient.js';
import { OAuthFlowError } from '../../oauth/oauthFlowError.js';
import { exchangeCode } from '../../oauth/tokenExchange.js';
import { askAuthorization, askedScopes } from './flows/authorizationCodeFlow.js';
import { clientForServer } from '../clients/clientForServer.js';
import type { ClientWithRedirect } from '../clients/clientNeed.js';
import { checkConfiguredClient, rememberConfiguredClient } from '../clients/configuredClient.js';
import { beginWithCode, offersCode, tokensForCode, type ShowCode } from './flows/deviceCodeFlow.js';
import {
  clientNote,
  signInFailure,
  type SignInOutcome,
  type SignInPhase,
  type SignInRequest,
} from './signIn.js';
import { Deadline } from './deadline.js';
import { discover, type Discovered } from '../discovery/discovery.js';
import { answerInEditor, usesEditorAccount } from './flows/editorAccountFlow.js';
import { askEditor } from '../tokens/editorAccountTokens.js';
import { Emitter } from '../../base/event.js';
import { forgetClientAfter, OneTimeClients, type IdentifiedClient } from './clientLifecycle.js';
import type { ChosenRedirect } from '../clients/redirectUri.js';
import type { Disposable } from '../../base/clock.js';
import type { LaunchPage, LaunchVisit } from '../ports.js';
import { fetchChallenge } from '../discovery/probe.js';
import type { ServerConfig } from '../settings/serverSettings.js';
import type { SignInDependencies } from './signInDependencies.js';
import type { ReceivedTokens } from './storeCredential.js';
import { completeSignIn } from './completeSignIn.js';
import { UserQuestions } from './userQuestions.js';

/**
 * One sign-in at one server, from the user's click to the stored tokens. The browser may come more than
 * once (a tab closed by mistake); whichever visit's callback returns first ends it.
 */
export class SignInAttempt {
  readonly #abort = new AbortController();
  readonly #owned: Disposable[] = [];
  readonly #phases = new Emitter<SignInPhase>();
  readonly #outcome = Promise.withResolvers<SignInOutcome>();
  #discovered: Promise<Discovered> | undefined;
  #identified: IdentifiedClient | undefined;
  readonly #oneTimeClients: OneTimeClients;
  /** Callbacks that are being dealt with. */
  readonly #returns: Promise<void>[] = [];
  #phase: SignInPhase = 'waitingForBrowser';
  #ended = false;
  readonly #deadline: Deadline;

  readonly onDidChangePhase = this.#phases.event;

  constructor(
    readonly server: ServerConfig,
    readonly request: SignInRequest,
    private readonly parts: SignInDependencies,
  ) {
    this.#oneTimeClients = new OneTimeClients(server, parts);
    this.#deadline = new Deadline(parts.clock, request.deadline, () => this.#end({ kind: 'timedOut' }));
    this.#own(this.#deadline);
  }

  get phase(): SignInPhase {
    return this.#phase;
  }

  get hasEnded(): boolean {
    return this.#ended;
  }

  /** Where the browser comes back to; undefined until it has been sent on. */
  get redirect(): ChosenRedirect | undefined {
    return this.#identified?.identity.redirect;
  }

  /** Never rejects. */
  get outcome(): Promise<SignInOutcome> {
    return this.#outcome.promise;
  }

  cancel(): void {
    this.#end({ kind: 'cancelled' });
  }

  /** The user's no, said in the editor rather than on the consent page, as a sentence. */
  decline(detail: string): void {
    this.#end({ kind: 'declined', by: 'user', detail });
  }

  /** Ends it on account of an error. @returns what the user's browser shows */
  fail(error: unknown): string {
    if (this.#ended) return 'This sign-in has ended. Start again from the editor.';
    const { outcome, told } = signInFailure(error, this.server, this.parts.log);
    this.#end(outcome);
    return told;
  }

  /**
   * Steps 1–5a, once: what there is to consent to, and where.
   *
   * @param user asked about what stands in the way, where their browser has come
   * @throws OAuthFlowError where it cannot be found out; the attempt stays, and the next call asks anew
   */
  discover(user?: UserQuestions): Promise<Discovered> {
    this.#discovered ??= this.#discover(user).catch((error: unknown) => {
      this.#discovered = undefined;
      throw error;
    });
    return this.#discovered;
  }

  /** @param milliseconds from now until the attempt gives up, instead of what is left: a code takes longer to enter */
  prolong(milliseconds: number): void {
    this.#deadline.prolong(milliseconds);
  }

  /** Whether {@link useCode} has a chance: the authorization server offers it, and our client may use it there. */
  offersCode(): Promise<boolean> {
    const offered = this.discover().then((found) => offersCode(this.server, found, this.parts));
    // What cannot be found out is not offered.
    return offered.catch(() => false);
  }

  /** A loopback address for the user's browser; the flow's requests are made when it is visited. */
  launchPage(): Promise<LaunchPage> {
    return this.#openPage((visit) => this.#visited(visit));
  }

  /** A loopback address that leads to another one: an editor that opens addresses may alter what is in a query. */
  pageTo(address: URL): Promise<LaunchPage> {
    return this.#openPage((visit) => {
      visit.redirect(address);
      return Promise.resolve();
    });
  }

  async #openPage(onVisit: (visit: LaunchVisit) => Promise<void>): Promise<LaunchPage> {
    const page = await this.parts.launcher.open(this.request.deadline, onVisit);
    this.#own(page);
    return page;
  }

  async #visited(visit: LaunchVisit): Promise<void> {
    if (usesEditorAccount(this.server)) return answerInEditor(this, visit);
    try {
      this.#enter('preparing');
      const user = new UserQuestions(this.server, visit, this.parts, this.#abort.signal);
      const found = await this.#discoverWith(user); // steps 1–5a
      const asked = { ...this.request, scopes: askedScopes(found, this.request) };
      const identity = await this.#identify(found, asked.scopes, user); // step 5b
      const { url, pending } = await askAuthorization(this.server, found, identity, asked, this.#http()); // step 5c
      this.#own(
        this.parts.callbacks.expect(
          pending.state,
          (callback) => void this.#returns.push(this.#returned(found, pending, callback)),
          identity.redirect.path,
        ),
      );
      // First the phase, which a sign-in that has ended cannot enter: its browser is sent nowhere.
      this.#enter('waitingForConsent');
      void this.parts.sentRedirects?.sent(this.server.url, identity.redirect.uri);
      visit.redirect(url); // steps 6–7 are the user's
    } catch (error) {
      visit.explain(`The sign-in to ${this.server.name} couldn’t start`, this.fail(error));
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
      await this.#take({ server: this.server, found, pending, tokens });
    } catch (error) {
      this.fail(error);
    }
  }

  /** Instead of a launch page: with a code that the user enters in a browser anywhere (RFC 8628). */
  async useCode(show: ShowCode): Promise<void> {
    try {
      this.#enter('preparing');
      const found = await this.discover();
      const asked = askedScopes(found, this.request);
      const device = await beginWithCode(this.server, found, asked, this.parts, this.#http());
      this.#enter('waitingForConsent');
      const tokens = await tokensForCode(device, show, this.parts, this.#http());
      await this.#take({ server: this.server, found, pending: device.grant, tokens });
    } catch (error) {
      this.fail(error);
    }
  }

  /** Instead of a browser: with an account of the editor's, which asks the user itself. */
  async useEditorAccount(): Promise<void> {
    try {
      this.#enter('preparing');
      const found = await this.discover();
      this.#enter('waitingForConsent');
      const scopes = askedScopes(found, this.request);
      const received = await askEditor(this.server, found, scopes, this.parts.editorAccounts);
      if (received === undefined) this.decline('No account was selected in the editor.');
      else await this.#take(received);
    } catch (error) {
      this.fail(error);
    }
  }

  #take(tokens: ReceivedTokens): Promise<void> {
    const attempt = { hasEnded: () => this.#ended, end: (outcome: SignInOutcome) => this.#end(outcome) };
    return completeSignIn({ ...tokens, intended: this.request }, this.parts, attempt, this.#http());
  }

  /** With all that the user has to decide decided; the first of several authorization servers is no decision. */
  async #discoverWith(user: UserQuestions): Promise<Discovered> {
    let found = await this.discover(user);
    if (found.isChoiceOpen) {
      const chosen = await user.chooses(found);
      if (chosen === undefined) this.decline('No authorization server was chosen.');
      if (chosen !== found.issuer) {
        this.#discovered = undefined;
        found = await this.discover(user);
      }
    }
    return user.excusesPkce(found);
  }

  async #discover(user: UserQuestions | undefined): Promise<Discovered> {
    const challenge = this.request.challenge ?? (await fetchChallenge(this.server, this.#http())); // steps 1–2, then 3–5a
    return discover(this.server, challenge, this.#http(), {
      ...this.parts,
      ...this.parts.editorAccounts?.table,
      ...(user !== undefined && { acceptException: (...asked) => user.accepts(...asked) }),
    });
  }

  async #identify(
    found: Discovered,
    scopes: readonly string[],
    user: UserQuestions,
  ): Promise<ClientWithRedirect> {
    await checkConfiguredClient(this.server, found.as, this.parts);
    const identity = await clientForServer(
      { server: this.server, as: found.as, policy: found.policy, scopes },
      { ...this.parts, askClientId: (as) => user.clientId(as) },
      this.#http(),
    );
    this.#own(identity.redirect);
    this.#oneTimeClients.add(identity.client);
    if (this.#ended) await this.#oneTimeClients.release();
    this.#identified = { identity, issuer: identifierOf(found.as) };
    this.parts.log.info(clientNote(this.server.name, identity));
    return identity;
  }

  #http(): HttpContext {
    return { ...this.parts.http, ...onWordOf(this.server.url), signal: this.#abort.signal };
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
    const credential = outcome.kind === 'signedIn' ? outcome.credential : undefined;
    void this.#releaseClients(credential?.client);
    const forgotten = forgetClientAfter(outcome, this.#phase, this.#identified, this.parts);
    const remembered = rememberConfiguredClient(credential, this.server, this.parts);
    this.#outcome.resolve(Promise.all([forgotten, remembered]).then(() => outcome));
  }

  /** After all that still goes to the authorization server as one of them. */
  async #releaseClients(kept?: OAuthClient): Promise<void> {
    await Promise.allSettled(this.#returns);
    await this.#oneTimeClients.release(kept);
  }
}
