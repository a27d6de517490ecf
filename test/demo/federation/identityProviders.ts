import { startOidcIdentityProvider } from './oidcIdentityProvider.js';
import { OidcRelyingParty } from './oidcRelyingParty.js';
import { SamlIdentityProvider } from './samlIdentityProvider.js';
import { SamlServiceProvider, samlServiceProviderMetadata } from './samlServiceProvider.js';
import { makeSigningKey } from './signingKey.js';
import type { ProviderId, UpstreamProvider } from './upstreamLogin.js';

/** The running identity providers behind the authorization server. */
export interface IdentityProviders {
  readonly exampleCorp: SamlIdentityProvider;
  /** The authorization server's adapter for each. */
  readonly upstream: readonly UpstreamProvider[];
  close(): Promise<void>;
}

/**
 * Starts both and registers the authorization server with them. Keys, certificates and the client's secret
 * are created here, for this run.
 *
 * @param entityId the authorization server's SAML entity ID
 * @param answerUrl returns the address for a provider's responses
 */
export async function startIdentityProviders(
  entityId: string,
  answerUrl: (provider: ProviderId) => string,
): Promise<IdentityProviders> {
  const running: { close(): Promise<void> }[] = [];
  const close = async () => {
    for (const provider of running.splice(0)) await provider.close();
  };
  try {
    const exampleId = await startOidcIdentityProvider(answerUrl('example-id'));
    running.push(exampleId);
    const serviceProvider = {
      entityId,
      assertionConsumerUrl: answerUrl('example-corp'),
      key: await makeSigningKey('Demo Authorization Server'),
    };
    const exampleCorp = await SamlIdentityProvider.start(samlServiceProviderMetadata(serviceProvider));
    running.push(exampleCorp);
    const upstream = [
      await OidcRelyingParty.discover(exampleId, answerUrl('example-id')),
      new SamlServiceProvider(exampleCorp, serviceProvider),
    ];
    return { exampleCorp, upstream, close };
  } catch (error) {
    await close();
    throw error;
  }
}
