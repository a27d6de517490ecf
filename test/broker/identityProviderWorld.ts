import { exportJWK, generateKeyPair, jwtVerify, SignJWT, type JWTPayload } from 'jose';
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { listenOnLoopback } from '../demo/loopbackServer.js';
import { loadOidcProvider } from '../demo/oidcProvider.js';

export const tokenExchange = 'urn:ietf:params:oauth:grant-type:token-exchange';
const idJag = 'urn:ietf:params:oauth:token-type:id-jag';

/** The broker's client at the identity provider. */
export const brokerClient = { id: 'broker', secret: 'idp-hunter2-secret' } as const;

export interface OrganizationProvider {
  readonly issuer: string;
  /** Events at the identity provider, oldest first. */
  readonly events: string[];
  /** Lifetime in seconds of the ID tokens that it issues from now on. */
  idTokenSeconds: number;
  /** Verifies an assertion as the authorization server `audience` does. */
  assertionClaims(assertion: string, audience: string): Promise<JWTPayload>;
  close(): Promise<void>;
}

/**
 * Starts `oidc-provider` as an organization's identity provider. Alice is already signed in there and
 * consents without a page. Her ID token is exchanged for an assertion (ID-JAG) to any authorization server.
 */
export async function startOrganizationProvider(): Promise<OrganizationProvider> {
  const { Provider: ProviderClass } = await loadOidcProvider();
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  const jwk = { ...(await exportJWK(privateKey)), use: 'sig', alg: 'RS256', kid: 'k' };
  const world = { events: [] as string[], idTokenSeconds: 600 };

  const server = await listenOnLoopback(0, (origin) => {
    const provider = new ProviderClass(origin, {
      jwks: { keys: [jwk] },
      clients: [
        {
          client_id: brokerClient.id,
          client_secret: brokerClient.secret,
          application_type: 'native',
          grant_types: ['authorization_code', 'refresh_token', tokenExchange],
          response_types: ['code'],
          redirect_uris: ['http://127.0.0.1/callback'],
          token_endpoint_auth_method: 'client_secret_basic',
        },
      ],
      claims: { openid: ['sub'], email: ['email'] },
      findAccount: (_context, sub) => ({
        accountId: sub,
        claims: () => ({ sub, email: `${sub}@example.org` }),
      }),
      conformIdTokenClaims: false,
      issueRefreshToken: () => Promise.resolve(true),
      rotateRefreshToken: true,
      pkce: { required: () => true },
      ttl: { IdToken: () => world.idTokenSeconds, AccessToken: 3600, RefreshToken: 86_400, Grant: 86_400 },
      features: { devInteractions: { enabled: false }, revocation: { enabled: true } },
    });
    const exchange = async (context: KoaContextWithOIDC) => {
      const { subject_token: subject, audience, resource, scope } = context.oidc.params ?? {};
      const verified = await jwtVerify(String(subject), publicKey, {
        issuer: origin,
        audience: brokerClient.id,
      }).catch(() => undefined);
      world.events.push(`exchange for ${String(audience)}: ${verified === undefined ? 'refused' : 'given'}`);
      if (verified === undefined) {
        context.status = 400;
        context.body = { error: 'invalid_grant' };
        return;
      }
      const assertion = await new SignJWT({ resource, scope, client_id: 'broker-there' })
        .setProtectedHeader({ alg: 'RS256', typ: 'oauth-id-jag+jwt' })
        .setIssuer(origin)
        .setSubject(String(verified.payload.sub))
        .setAudience(String(audience))
        .setJti(crypto.randomUUID())
        .setIssuedAt()
        .setExpirationTime('5m')
        .sign(privateKey);
      context.body = {
        access_token: assertion,
        issued_token_type: idJag,
        token_type: 'N_A',
        expires_in: 300,
      };
    };
    provider.registerGrantType(tokenExchange, exchange, [
      ...['subject_token', 'subject_token_type', 'requested_token_type', 'audience', 'resource', 'scope'],
    ]);
    provider.on('grant.success', ({ oidc }) => world.events.push(String(oidc.params?.['grant_type'])));
    provider.on('refresh_token.destroyed', () => world.events.push('refresh token destroyed'));
    provider.on('grant.revoked', () => world.events.push('grant revoked'));
    const answer = provider.callback();
    return async (request, response) => {
      if (request.url?.startsWith('/interaction/') === true) return consent(provider, request, response);
      return answer(request, response);
    };
  });
  return Object.assign(world, {
    issuer: server.origin,
    assertionClaims: async (assertion: string, audience: string) => {
      const { payload } = await jwtVerify(assertion, publicKey, {
        ...{ audience, issuer: server.origin, typ: 'oauth-id-jag+jwt' },
      });
      return payload;
    },
    close: () => server.close(),
  });
}

/** Creates Alice's session and consent without a page. */
async function consent(
  provider: Provider,
  request: Parameters<Provider['interactionDetails']>[0],
  response: Parameters<Provider['interactionDetails']>[1],
): Promise<void> {
  const { params } = await provider.interactionDetails(request, response);
  const grant = new provider.Grant({ accountId: 'alice', clientId: String(params['client_id']) });
  grant.addOIDCScope(String(params['scope']));
  const grantId = await grant.save();
  await provider.interactionFinished(request, response, {
    login: { accountId: 'alice' },
    consent: { grantId },
  });
}
