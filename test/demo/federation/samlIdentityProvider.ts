import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { IdentityProvider, ServiceProvider, setSchemaValidator } from 'samlify';
import { listenOnLoopback, readBody, sendHtml } from '../loopbackServer.js';
import { sendPostBinding } from './postBinding.js';
import { accountsAt, type ProviderAccount } from './providerAccounts.js';
import { accountOf, providerErrorPage, providerLoginPage } from './providerLoginPage.js';
import { samlIdentityProviderMetadata } from './samlIdentityProviderMetadata.js';
import { makeSigningKey, type SigningKey } from './signingKey.js';

const name = 'Example Corp';
const accounts = accountsAt('example-corp');
const loginPath = '/login/';
const nameIdFormat = 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress';
const postBinding = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST';

// samlify parses only validated documents. Entity declarations can be rejected without a schema.
setSchemaValidator({
  validate: (xml) =>
    /<!(DOCTYPE|ENTITY)/i.test(xml)
      ? Promise.reject(new Error('It has a document type.'))
      : Promise.resolve('no document type'),
});

/** An AuthnRequest whose user has not signed in yet. */
interface WaitingRequest {
  readonly requestId: string;
  readonly relayState: string;
  /** The cookie of the browser that sent the request. */
  readonly cookie: string;
}

/**
 * "Example Corp", a SAML 2.0 identity provider with its own users and sign-in page, on `localhost`: to a
 * browser, a different site than the authorization server's 127.0.0.1. Users sign in again for each
 * request.
 */
export class SamlIdentityProvider {
  /** Issues assertions for this audience instead of the requesting service provider. */
  audience: string | undefined;
  /** Signs with this key and sends its certificate, instead of the key in its metadata. */
  impostor: SigningKey | undefined;
  /** The certificate of the key that signs its assertions. */
  readonly certificate: string;
  readonly #waiting = new Map<string, WaitingRequest>();
  readonly #identityProvider: ReturnType<typeof IdentityProvider>;
  readonly #serviceProvider: ReturnType<typeof ServiceProvider>;

  private constructor(
    private readonly origin: string,
    key: SigningKey,
    serviceProviderMetadata: string,
    private readonly stop: () => Promise<void>,
  ) {
    this.certificate = key.certificate;
    this.#identityProvider = this.#signingWith(key);
    this.#serviceProvider = ServiceProvider({ metadata: serviceProviderMetadata });
  }

  get entityId(): string {
    return `${this.origin}/metadata`;
  }

  get singleSignOnUrl(): string {
    return `${this.origin}/sso`;
  }

  /** @param serviceProviderMetadata SAML metadata of its single service provider */
  static async start(serviceProviderMetadata: string): Promise<SamlIdentityProvider> {
    const key = await makeSigningKey(name);
    let provider: SamlIdentityProvider | undefined;
    const server = await listenOnLoopback(
      0,
      (origin) => {
        const made = new SamlIdentityProvider(origin, key, serviceProviderMetadata, () => server.close());
        provider = made;
        return (request, response) => made.#handle(request, response);
      },
      'localhost',
    );
    if (!provider) throw new Error('The server listens without a handler.');
    return provider;
  }

  close(): Promise<void> {
    return this.stop();
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.origin);
    if (request.method === 'GET' && url.pathname === '/sso') await this.#ask(url, response);
    else if (request.method === 'POST' && url.pathname.startsWith(loginPath))
      await this.#logIn(url.pathname, request, response);
    else if (request.method === 'GET' && url.href === this.entityId)
      response
        .writeHead(200, { 'content-type': 'application/samlmetadata+xml' })
        .end(this.#identityProvider.getMetadata());
    else sendHtml(response, 404, providerErrorPage(name, 'There is no such page.'));
  }

  /** Verifies an AuthnRequest that was sent by redirect, and shows the sign-in page. */
  async #ask(url: URL, response: ServerResponse): Promise<void> {
    const query = Object.fromEntries(url.searchParams);
    // The signature covers the query as it was sent (SAML Bindings §3.4.4.1).
    const octetString = url.search.slice(1).replace(/&Signature=.*$/, '');
    const parsed = await this.#identityProvider
      .parseLoginRequest(this.#serviceProvider, 'redirect', { query, octetString })
      .catch(() => undefined);
    const requestId = parsed?.extract.request?.['id'];
    if (typeof requestId !== 'string') {
      sendHtml(response, 400, providerErrorPage(name, 'That is no request of a service known here.'));
      return;
    }
    const action = loginPath + randomBytes(16).toString('base64url');
    const cookie = `example_corp_login=${randomBytes(16).toString('base64url')}`;
    this.#waiting.set(action, { requestId, relayState: query['RelayState'] ?? '', cookie });
    response.setHeader('set-cookie', `${cookie}; Path=${action}; HttpOnly; SameSite=Strict`);
    sendHtml(response, 200, providerLoginPage({ provider: name, action }));
  }

  async #logIn(action: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const waiting = this.#waiting.get(action);
    if (!waiting || !request.headers.cookie?.split('; ').includes(waiting.cookie)) {
      sendHtml(response, 400, providerErrorPage(name, 'This sign-in has expired.'));
      return;
    }
    const account = accountOf(new URLSearchParams(await readBody(request)), accounts);
    if (!account) {
      const failure = 'That email and password do not match.';
      sendHtml(response, 401, providerLoginPage({ provider: name, action, failure }));
      return;
    }
    this.#waiting.delete(action);
    const { context, entityEndpoint } = await this.#assertionOf(account, waiting);
    sendPostBinding(response, entityEndpoint, { SAMLResponse: context, RelayState: waiting.relayState });
  }

  async #assertionOf({ subject }: ProviderAccount, { requestId }: WaitingRequest) {
    const signer = this.impostor ? this.#signingWith(this.impostor) : this.#identityProvider;
    const answer = await signer.createLoginResponse(
      this.#recipient(),
      { extract: { request: { id: requestId } } },
      'post',
      // samlify's name for the value of the NameID.
      { email: subject },
    );
    if (!('entityEndpoint' in answer)) throw new Error('The service provider has no endpoint for POST.');
    return answer;
  }

  #signingWith({ privateKey, certificate }: SigningKey) {
    const { entityId, singleSignOnUrl } = this;
    const metadata = samlIdentityProviderMetadata({ entityId, singleSignOnUrl, nameIdFormat, certificate });
    return IdentityProvider({ metadata, privateKey, nameIDFormat: [nameIdFormat] });
  }

  #recipient() {
    if (this.audience === undefined) return this.#serviceProvider;
    const endpoint = this.#serviceProvider.entityMeta.getAssertionConsumerService('post');
    return ServiceProvider({
      entityID: this.audience,
      wantAssertionsSigned: true,
      assertionConsumerService: [{ Binding: postBinding, Location: String(endpoint) }],
    });
  }
}
