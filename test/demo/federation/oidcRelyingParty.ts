import * as oauth from 'oauth4webapi';
import type { OidcIdentityProvider } from './oidcIdentityProvider.js';
import { refusalOf, type UpstreamLogin, type UpstreamProvider } from './upstreamLogin.js';

// eslint-disable-next-line @typescript-eslint/no-deprecated -- so marked as a warning: all here is on loopback
const overHttp = { [oauth.allowInsecureRequests]: true };

/**
 * The authorization server as a client of "Example ID" (OpenID Connect Core §3.1), with `form_post`
 * responses.
 */
export class OidcRelyingParty implements UpstreamProvider {
  readonly id = 'example-id';
  readonly label = 'Example ID (OIDC)';
  readonly #client: oauth.Client;
  readonly #authentication: oauth.ClientAuth;

  private constructor(
    private readonly server: oauth.AuthorizationServer,
    { clientId, clientSecret }: OidcIdentityProvider,
    private readonly redirectUri: string,
  ) {
    this.#client = { client_id: clientId };
    this.#authentication = oauth.ClientSecretBasic(clientSecret);
  }

  /** Reads the provider's metadata. */
  static async discover(provider: OidcIdentityProvider, redirectUri: string): Promise<OidcRelyingParty> {
    const issuer = new URL(provider.issuer);
    const response = await oauth.discoveryRequest(issuer, overHttp);
    const server = await oauth.processDiscoveryResponse(issuer, response);
    return new OidcRelyingParty(server, provider, redirectUri);
  }

  async begin(state: string, anew: boolean): Promise<UpstreamLogin> {
    const verifier = oauth.generateRandomCodeVerifier();
    const nonce = oauth.generateRandomNonce();
    const url = new URL(this.server.authorization_endpoint ?? '');
    url.search = new URLSearchParams({
      client_id: this.#client.client_id,
      response_type: 'code',
      response_mode: 'form_post',
      redirect_uri: this.redirectUri,
      scope: 'openid',
      state,
      nonce,
      ...(anew && { prompt: 'login' }),
      code_challenge_method: 'S256',
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    }).toString();
    return { url, finish: (answer) => this.#finish(answer, { state, nonce, verifier }) };
  }

  async #finish(
    answer: URLSearchParams,
    { state, nonce, verifier }: { state: string; nonce: string; verifier: string },
  ): Promise<string> {
    const { server, redirectUri } = this;
    const client = this.#client;
    try {
      const parameters = oauth.validateAuthResponse(server, client, answer, state);
      const response = await oauth.authorizationCodeGrantRequest(
        server,
        client,
        this.#authentication,
        parameters,
        redirectUri,
        verifier,
        overHttp,
      );
      const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, {
        expectedNonce: nonce,
        requireIdToken: true,
      });
      await oauth.validateApplicationLevelSignature(server, response, overHttp);
      return oauth.getValidatedIdTokenClaims(tokens)?.sub ?? '';
    } catch (error) {
      throw refusalOf(error);
    }
  }
}
