import { shownAddress } from '../../../base/displayText.js';
import { dpopBinding } from '../../../oauth/dpop.js';
import {
  buildAuthorizationRequest,
  pushedWhereRequired,
  type PendingAuthorization,
} from '../../../oauth/authorizationRequest.js';
import {
  validateAuthorizationResponse,
  type ValidatedCallback,
} from '../../../oauth/authorizationResponse.js';
import { exchangeCode } from '../../../oauth/tokenExchange.js';
import type { TokenSet } from '../../../oauth/tokenSet.js';
import type { ClientWithRedirect } from '../../clients/clientNeed.js';
import { clientForServer, checkConfiguredClient } from '../../clients/clientForServer.js';
import type { Discovered } from '../../discovery/discovery.js';
import type { LaunchVisit } from '../../ports.js';
import { askedScopes, audienceParameter, resourceParameter } from '../../settings/signInPolicy.js';
import { completeSignIn } from '../completeSignIn.js';
import { UserQuestions } from '../userQuestions.js';
import type { FlowAttempt, FlowSupport } from './signInFlow.js';

/**
 * A sign-in in the user's browser, which the authorization server sends back here with a code (RFC 6749 §4.1,
 * RFC 8252). The browser may come more than once: each visit asks for authorization of its own.
 */
export class AuthorizationCodeFlow {
  static readonly supports: FlowSupport = { editorAccounts: false, deviceEndpointOnly: false };

  constructor(private readonly attempt: FlowAttempt) {}

  /** Steps 1–5: the flow's requests are made when the browser comes, which is then sent on. */
  async visited(visit: LaunchVisit): Promise<void> {
    const { attempt } = this;
    const user = new UserQuestions(attempt.server, visit, attempt.parts, attempt.signal);
    try {
      attempt.enter('preparing');
      const found = await this.#discover(user); // steps 1–5a
      const scopes = askedScopes(found, attempt.request);
      const identity = await this.#identify(found, scopes, user); // step 5b
      const { url, pending } = await this.#requestAuthorization(found, scopes, identity); // step 5c
      this.#expectCallback(found, pending, identity);
      // First the phase, which a sign-in that has ended cannot enter: its browser is sent nowhere.
      attempt.enter('waitingForConsent');
      void attempt.parts.sentRedirects?.sent(attempt.server.url, identity.redirect.uri);
      visit.redirect(url); // steps 6–7 are the user's
    } catch (error) {
      visit.explain(`The sign-in to ${attempt.server.name} couldn’t start`, attempt.fail(error));
    }
  }

  /** Steps 7–8. */
  async #returned(
    found: Discovered,
    pending: PendingAuthorization,
    callback: URLSearchParams,
  ): Promise<void> {
    const { attempt } = this;
    try {
      const validated = validateAuthorizationResponse(pending, callback); // step 7
      attempt.enter('exchangingCode');
      const tokens = await this.#exchangeCode(pending, validated); // step 8
      await completeSignIn({ server: attempt.server, found, pending, tokens }, attempt);
    } catch (error) {
      attempt.fail(error);
    }
  }

  /** With all that the user has to decide decided; the first of several authorization servers is no decision. */
  async #discover(user: UserQuestions): Promise<Discovered> {
    const { attempt } = this;
    let found = await attempt.discover(user);
    if (found.isChoiceOpen) {
      const chosen = await user.chooses(found);
      if (chosen === undefined) attempt.decline('No authorization server was chosen.');
      if (chosen !== found.issuer) {
        attempt.forgetDiscovered();
        found = await attempt.discover(user);
      }
    }
    return user.excusesPkce(found);
  }

  async #identify(
    found: Discovered,
    scopes: readonly string[],
    user: UserQuestions,
  ): Promise<ClientWithRedirect> {
    const { server, parts, http } = this.attempt;
    await checkConfiguredClient(server, found.as, parts);
    const identity = await clientForServer(
      { server, as: found.as, policy: found.policy, scopes },
      { ...parts, askClientId: (as) => user.clientId(as) },
      http,
    );
    await this.attempt.identify(identity, found);
    parts.log.info(clientNote(server.name, identity));
    return identity;
  }

  /** As the policy of the sign-in has it: the address the browser is sent to, and what to remember. */
  async #requestAuthorization(
    found: Discovered,
    scopes: readonly string[],
    { client, redirect }: ClientWithRedirect,
  ): Promise<{ readonly url: URL; readonly pending: PendingAuthorization }> {
    const { server, request, http } = this.attempt;
    const { policy, resource } = found;
    const dpop = await dpopBinding({ ...found, overHttpSse: server.type === 'sse' });
    const isChosen = request.anotherAccount === true || request.choosesAccount === true;
    const authorization = await buildAuthorizationRequest({
      as: found.as,
      client,
      redirectUri: redirect.uri,
      stateSuffix: redirect.stateSuffix,
      ...resourceParameter(policy, resource.resource),
      scopes,
      ...audienceParameter(policy, resource.resource),
      dpop,
      anotherAccount: isChosen ? { offersChoice: policy.selectsAccount === true } : undefined,
      extraParameters: policy.extraParameters,
      exceptions: { pkceNotAdvertised: policy.exceptions.has('pkceNotAdvertised') },
    });
    return { ...authorization, url: await pushedWhereRequired(authorization, http) };
  }

  #expectCallback(found: Discovered, pending: PendingAuthorization, { redirect }: ClientWithRedirect): void {
    const { attempt } = this;
    const expected = attempt.parts.callbacks.expect(
      pending.state,
      (callback) => attempt.settling(this.#returned(found, pending, callback)),
      redirect.path,
    );
    attempt.own(expected);
  }

  /** It spends the code, so its response is waited for even by an attempt that has ended: its tokens are live. */
  #exchangeCode(pending: PendingAuthorization, validated: ValidatedCallback): Promise<TokenSet> {
    const { signal, ...lasting } = this.attempt.http;
    return exchangeCode(pending, validated, lasting, () => this.attempt.parts.clock.now());
  }
}

/** The log's note of the client and the redirect URI. It contains no secret. */
function clientNote(server: string, { client, because, redirect }: ClientWithRedirect): string {
  const elsewhere = redirect.isOutOfReach ? ', which is on a different machine than the browser.' : '.';
  return `${server}: signs in as client ${client.clientId}. ${because} The browser returns to ${shownAddress(redirect.uri)}${elsewhere}`;
}
