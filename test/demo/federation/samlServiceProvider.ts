import {
  SAML,
  ValidateInResponseTo,
  generateServiceProviderMetadata,
  type CacheProvider,
} from '@node-saml/node-saml';
import type { SamlIdentityProvider } from './samlIdentityProvider.js';
import type { SigningKey } from './signingKey.js';
import { refusalOf, UpstreamRefused, type UpstreamLogin, type UpstreamProvider } from './upstreamLogin.js';

/** The service provider's entity ID, response address and signing key. */
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
 * redirect, responses by POST.
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
      // Only the signed assertion is trusted.
      wantAuthnResponseSigned: false,
      validateInResponseTo: ValidateInResponseTo.always,
      // The assertion must be for this login: one for another request is rejected.
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

/** The ID of one request, until its response arrives. */
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
