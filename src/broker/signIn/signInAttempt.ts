import { identifierOf } from '../../oauth/authorizationServerMetadata.js';
import type { HttpContext } from '../../oauth/httpContext.js';
import { onWordOf } from '../../oauth/networkReach.js';
import type { OAuthClient } from '../../oauth/oauthClient.js';
import { OAuthFlowError } from '../../oauth/oauthFlowError.js';
import type { Clock, Disposable } from '../../base/clock.js';
import { Emitter } from '../../base/event.js';
import type { ClientWithRedirect } from '../clients/clientNeed.js';
import { rememberConfiguredClient } from '../clients/clientForServer.js';
import type { ChosenRedirect } from '../clients/redirectUri.js';
import { discover, type Discovered } from '../discovery/discovery.js';
import { fetchChallenge } from '../discovery/probe.js';
import type { LaunchPage, LaunchVisit } from '../ports.js';
import type { ServerConfig } from '../settings/serverSettings.js';
import { forgetClientAfter, OneTimeClients, type IdentifiedClient } from './clientLifecycle.js';
import { AuthorizationCodeFlow } from './flows/authorizationCodeFlow.js';
import { DeviceCodeFlow, type ShowCode } from './flows/deviceCodeFlow.js';
import { EditorAccountFlow } from './flows/editorAccountFlow.js';
import { isSupported, type FlowAttempt } from './flows/signInFlow.js';
import {
  declinedByUser,
  signInFailure,
  type SignInOutcome,
  type SignInPhase,
  type SignInRequest,
} from './signIn.js';
import type { SignInDependencies } from './signInDependencies.js';
import type { UserQuestions } from './userQuestions.js';

/**
 * One sign-in at one server, from the user's click to the stored tokens: its state, whichever flow it takes. The
 * user may change the flow, or come back with another browser tab; the first that returns ends the attempt.
 */
export class SignInAttempt implements FlowAttempt {
  readonly #abort = new AbortController();
  readonly #owned: Disposable[] = [];
  readonly #phases = new Emitter<SignInPhase>();
  readonly #outcome = Promise.withResolvers<SignInOutcome>();
  #discovered: Promise<Discovered> | undefined;
  #identified: IdentifiedClient | undefined;
  readonly #oneTimeClients: OneTimeClients;
  /** Requests that go to the authorization server as one of {@link #oneTimeClients} even after the end. */
  readonly #settling: Promise<void>[] = [];
  #phase: SignInPhase = 'waitingForBrowser';
  #ended = false;
  readonly #deadline: Deadline;

  readonly onDidChangePhase = this.#phases.event;

  constructor(
    readonly server: ServerConfig,
    readonly request: SignInRequest,
    readonly parts: SignInDependencies,
  ) {
    this.#oneTimeClients = new OneTimeClients(server, parts);
    this.#deadline = new Deadline(parts.clock, request.deadline, () => this.end({ kind: 'timedOut' }));
    this.own(this.#deadline);
  }

  get phase(): SignInPhase {
    return this.#phase;
  }

  get hasEnded(): boolean {
    return this.#ended;
  }

  /** The redirect URI; undefined until the browser has been sent to the authorization server. */
  get redirect(): ChosenRedirect | undefined {
    return this.#identified?.identity.redirect;
  }

  /** Never rejects. */
  get outcome(): Promise<SignInOutcome> {
    return this.#outcome.promise;
  }

  cancel(): void {
    this.end({ kind: 'cancelled' });
  }

  /** The user declined in the editor rather than on the consent page, as a sentence. */
  decline(detail: string): void {
    this.end(declinedByUser(detail));
  }

  /** Ends it on account of an error. @returns what the user's browser shows */
  fail(error: unknown): string {
    if (this.#ended) return 'This sign-in has ended. Start again from the editor.';
    const { outcome, told } = signInFailure(error, this.server, this.parts.log);
    this.end(outcome);
    return told;
  }

  /**
   * Extends the attempt, because entering a code takes longer.
   *
   * @param milliseconds from now until the attempt ends
   */
  prolong(milliseconds: number): void {
    this.#deadline.prolong(milliseconds);
  }

  /** A loopback address for the user's browser; the flow's requests are made when it is visited. */
  launchPage(): Promise<LaunchPage> {
    const isOfEditor = isSupported(EditorAccountFlow.supports, this.server);
    const flow = isOfEditor ? new EditorAccountFlow(this) : new AuthorizationCodeFlow(this);
    return this.#openPage((visit) => flow.visited(visit));
  }

  /** A loopback address that redirects, because an editor that opens addresses may change their query. */
  pageTo(address: URL): Promise<LaunchPage> {
    return this.#openPage((visit) => {
      visit.redirect(address);
      return Promise.resolve();
    });
  }

  /** Whether {@link useCode} has a chance: the authorization server offers it, and our client may use it there. */
  offersCode(): Promise<boolean> {
    return new DeviceCodeFlow(this).isOffered();
  }

  /** Instead of a launch page: with a code that the user enters in a browser anywhere (RFC 8628). */
  useCode(show: ShowCode): Promise<void> {
    return new DeviceCodeFlow(this).run(show);
  }

  /** Instead of a browser: with an account of the editor's, which asks the user itself. */
  useEditorAccount(): Promise<void> {
    return new EditorAccountFlow(this).run();
  }

  /**
   * Steps 1–5a, which run once: the resource, the authorization server, and the scopes.
   *
   * @param user asked about obstacles after their browser has come
   * @throws OAuthFlowError if discovery fails; the attempt continues, and the next call tries again
   */
  discover(user?: UserQuestions): Promise<Discovered> {
    this.#discovered ??= this.#discover(user).catch((error: unknown) => {
      this.#discovered = undefined;
      throw error;
    });
    return this.#discovered;
  }

  async #discover(user: UserQuestions | undefined): Promise<Discovered> {
    const challenge = this.request.challenge ?? (await fetchChallenge(this.server, this.http)); // steps 1–2, then 3–5a
    return discover(this.server, challenge, this.http, {
      ...this.parts,
      ...this.parts.editorAccounts?.table,
      acceptException: user && ((...asked) => user.accepts(...asked)),
    });
  }

  forgetDiscovered(): void {
    this.#discovered = undefined;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get http(): HttpContext {
    return { ...this.parts.http, ...onWordOf(this.server.url), signal: this.signal };
  }

  enter(phase: SignInPhase): void {
    if (this.#ended)
      throw new OAuthFlowError('timedOut', 'This sign-in has ended. Start again from the editor.');
    this.#phase = phase;
    this.#phases.fire(phase);
  }

  own(disposable: Disposable): void {
    if (this.#ended) disposable.dispose();
    else this.#owned.push(disposable);
  }

  async identify(identity: ClientWithRedirect, found: Discovered): Promise<void> {
    this.own(identity.redirect);
    this.#oneTimeClients.add(identity.client);
    if (this.#ended) await this.#oneTimeClients.release();
    this.#identified = { identity, issuer: identifierOf(found.as) };
  }

  settling(work: Promise<void>): void {
    this.#settling.push(work);
  }

  end(outcome: SignInOutcome): void {
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

  async #releaseClients(kept: OAuthClient | undefined): Promise<void> {
    await Promise.allSettled(this.#settling);
    await this.#oneTimeClients.release(kept);
  }

  async #openPage(onVisit: (visit: LaunchVisit) => Promise<void>): Promise<LaunchPage> {
    const page = await this.parts.launcher.open(this.request.deadline, onVisit);
    this.own(page);
    return page;
  }
}

/** Ends something once its time is over, unless it is given more before. */
class Deadline implements Disposable {
  #timer: Disposable;
  #isOver = false;

  /** @param milliseconds from now */
  constructor(
    private readonly clock: Clock,
    milliseconds: number,
    private readonly onOver: () => void,
  ) {
    this.#timer = clock.after(milliseconds, onOver);
  }

  /**
   * Replaces the remaining time. Does nothing after the attempt was disposed.
   *
   * @param milliseconds from now
   */
  prolong(milliseconds: number): void {
    this.#timer.dispose();
    if (!this.#isOver) this.#timer = this.clock.after(milliseconds, this.onOver);
  }

  dispose(): void {
    this.#isOver = true;
    this.#timer.dispose();
  }
}
