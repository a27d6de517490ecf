import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { errorPage } from '../interactionPages.js';
import { readBody, sendHtml } from '../loopbackServer.js';
import type { DemoUser } from '../people.js';
import type { IdentityProviders } from './identityProviders.js';
import { linkedUser } from './providerAccounts.js';
import {
  UpstreamRefused,
  type ProviderId,
  type UpstreamLogin,
  type UpstreamProvider,
} from './upstreamLogin.js';

/** A user who is signing in at an identity provider. */
interface AwayUser {
  /** The interaction that redirected them. */
  readonly uid: string;
  readonly provider: UpstreamProvider;
  readonly login: UpstreamLogin;
}

/** Reports of `FederatedLogins` about each login. */
export type FederatedLoginRecord = (
  outcome:
    | { readonly kind: 'federatedLogin'; readonly sub: string }
    | { readonly kind: 'federatedLoginRefused'; readonly error: string },
) => void;

/**
 * Logins at identity providers: redirects users there, receives the responses, and identifies the user.
 * Both providers respond with a form that their page posts from another site. A browser sends no
 * `SameSite=Lax` cookie with that, so a posted response is only stored. It is verified in the request that
 * the browser is redirected to: a GET, which has the cookie of the interaction. A response from another
 * browser finds no interaction there. Nothing is evicted, since a demo world runs for minutes.
 */
export class FederatedLogins {
  readonly #away = new Map<string, AwayUser>();
  readonly #answers = new Map<string, AwayUser & { readonly answer: URLSearchParams }>();

  private constructor(
    readonly identityProviders: IdentityProviders,
    private readonly basePath: string,
    private readonly interactionPath: string,
    private readonly record: FederatedLoginRecord,
  ) {}

  /**
   * Also starts the identity providers. Their libraries are loaded only here, since most worlds do not need
   * them.
   *
   * @param origin the authorization server's origin, which is also its SAML entity ID
   * @param basePath path below which responses are posted, such as "/federation"
   * @param interactionPath path of all interactions, below which their responses are verified
   */
  static async start(
    origin: string,
    basePath: string,
    interactionPath: string,
    record: FederatedLoginRecord,
  ): Promise<FederatedLogins> {
    const { startIdentityProviders } = await import('./identityProviders.js');
    const providers = await startIdentityProviders(origin, (id) => `${origin}${basePath}/${id}`);
    return new FederatedLogins(providers, basePath, interactionPath, record);
  }

  /** The options on the sign-in page. */
  get choices(): readonly { readonly id: ProviderId; readonly label: string }[] {
    return this.identityProviders.upstream;
  }

  close(): Promise<void> {
    return this.identityProviders.close();
  }

  /**
   * Returns the address to redirect the user to, or undefined if there is no such provider.
   *
   * @param anew whether a signed-in user must sign in again
   */
  async begin(uid: string, id: string, anew: boolean): Promise<URL | undefined> {
    const provider = this.identityProviders.upstream.find((candidate) => candidate.id === id);
    if (!provider) return undefined;
    const state = randomBytes(32).toString('base64url');
    const login = await provider.begin(state, anew);
    this.#away.set(state, { uid, provider, login });
    return login.url;
  }

  /** Stores a response. Returns false if the request is for something else. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const path = request.url ?? '/';
    if (request.method !== 'POST' || !path.startsWith(`${this.basePath}/`)) return false;
    const answer = new URLSearchParams(await readBody(request));
    const state = answer.get('state') ?? answer.get('RelayState') ?? '';
    const away = this.#away.get(state);
    if (!away || path !== `${this.basePath}/${away.provider.id}`) {
      this.record({ kind: 'federatedLoginRefused', error: 'It answers nothing that was asked.' });
      const words = 'This sign-in was not begun here, or has been answered already.';
      sendHtml(response, 400, errorPage('unexpected_answer', words));
      return true;
    }
    this.#away.delete(state);
    const handle = randomBytes(32).toString('base64url');
    this.#answers.set(handle, { ...away, answer });
    response.writeHead(303, { location: `${this.interactionPath}/${away.uid}/answer/${handle}` });
    response.end();
    return true;
  }

  /**
   * Verifies a stored response, once.
   *
   * @param uid the interaction whose cookie the browser has
   * @throws {UpstreamRefused} if the response is rejected
   */
  async finish(uid: string, handle: string): Promise<DemoUser> {
    const taken = this.#answers.get(handle);
    this.#answers.delete(handle);
    try {
      if (taken?.uid !== uid) throw new UpstreamRefused('It answers nothing that was asked.');
      const subject = await taken.login.finish(taken.answer);
      const user = linkedUser(taken.provider.id, subject);
      if (!user) throw new UpstreamRefused(`Nobody here has the account "${subject}".`);
      this.record({ kind: 'federatedLogin', sub: user.sub });
      return user;
    } catch (error) {
      if (error instanceof UpstreamRefused)
        this.record({ kind: 'federatedLoginRefused', error: error.message });
      throw error;
    }
  }
}
