import {
  SAML,
  ValidateInResponseTo,
  generateServiceProviderMetadata,
  type CacheProvider,
} from '@node-saml/node-saml';
import type { SamlIdentityProvider } from './samlIdentityProvider.js';
import type { SigningKey } from './signingKey.js';
import { refusalOf, UpstreamRefused, type UpstreamLogin, type UpstreamProvider } from './upstreamLogin.js';

/** What the service provider is called, where its answers go and what it signs with. */
export interface SamlServiceProviderOptions {
  readonly entityId: string;
  readonly assertionConsumerUrl: string;
  readonly key: SigningKey;
}

/** SAML metadata of the service provider, for its identity provider. */
export function samlServiceProviderMetadata(options: SamlServiceProviderOptions): string {
  const { entityId, assertionConsumerUrl, key } = options;
  return generateServiceProviderMetadata({
    issuer: entityId,
    callbackUrl: assertionConsumerUrl,
    privateKey: key.privateKey,
    publicCerts: key.certificate,
    wantAssertionsSigned: true,
  });
}

/**
 * The authorization server as a service provider of "Example Corp" (SAML Profiles §4.1): signed requests by
 * redirect, answers by POST.
 */
export class SamlServiceProvider implements UpstreamProvider {
  readonly id = 'example-corp';
  readonly label = 'Example Corp (SAML)';

  constructor(
    private readonly identityProvider: Pick<
      SamlIdentityProvider,
      'entityId' | 'singleSignOnUrl' | 'certificate'
    >,
    private readonly options: SamlServiceProviderOptions,
  ) {}

  async begin(state: string, anew: boolean): Promise<UpstreamLogin> {
    const { identityProvider, options } = this;
    const saml = new SAML({
      entryPoint: identityProvider.singleSignOnUrl,
      idpCert: identityProvider.certificate,
      issuer: options.entityId,
      audience: options.entityId,
      callbackUrl: options.assertionConsumerUrl,
      privateKey: options.key.privateKey,
      signatureAlgorithm: 'sha256',
      identifierFormat: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
      forceAuthn: anew,
      wantAssertionsSigned: true,
      // The assertion is what is signed, and all that is believed.
      wantAuthnResponseSigned: false,
      validateInResponseTo: ValidateInResponseTo.always,
      // Of this login and no other: an assertion made for another request of ours is a stranger's.
      cacheProvider: new OutstandingRequest(),
    });
    const url = new URL(await saml.getAuthorizeUrlAsync(state, undefined, {}));
    return { url, finish: (answer) => this.#finish(saml, answer) };
  }

  async #finish(saml: SAML, answer: URLSearchParams): Promise<string> {
    try {
      const SAMLResponse = answer.get('SAMLResponse') ?? '';
      const { profile } = await saml.validatePostResponseAsync({ SAMLResponse });
      if (profile?.issuer !== this.identityProvider.entityId)
        throw new UpstreamRefused('The assertion names another issuer.');
      return profile.nameID;
    } catch (error) {
      throw refusalOf(error);
    }
  }
}

/** The id of one request, until it is answered. */
class OutstandingRequest implements CacheProvider {
  #request: { readonly id: string; readonly value: string } | undefined;

  saveAsync(id: string, value: string) {
    this.#request = { id, value };
    return Promise.resolve({ value, createdAt: Date.now() });
  }

  getAsync(id: string) {
    return Promise.resolve(this.#request?.id === id ? this.#request.value : null);
  }

  removeAsync(id: string | null) {
    if (this.#request?.id !== id) return Promise.resolve(null);
    this.#request = undefined;
    return Promise.resolve(id);
  }
}
