import type { ProviderDescription } from '../providerDescription.js';

const issuer = 'https://example.eu.auth0.com/';
const endpoints = {
  authorization: `${issuer}authorize`,
  token: `${issuer}oauth/token`,
  registration: `${issuer}oidc/register`,
  revocation: `${issuer}oauth/revoke`,
};

/** A tenant that lets clients register and has not turned on the compatibility profile for `resource`. */
export const auth0: ProviderDescription = {
  provider: 'Auth0',
  documentation: [
    'https://auth0.com/ai/docs/mcp/guides/resource-param-compatibility-profile',
    'https://auth0.com/docs/secure/tokens/refresh-tokens/configure-refresh-token-rotation',
    'https://github.com/danny-avila/LibreChat/issues/13401',
  ],
  server: 'https://mcp.example.com/mcp',
  protectedResource: {
    resource: 'https://mcp.example.com/mcp',
    authorization_servers: [issuer],
    scopes_supported: ['tools:read'],
  },
  metadata: {
    [`${issuer}.well-known/openid-configuration`]: {
      issuer,
      authorization_endpoint: endpoints.authorization,
      token_endpoint: endpoints.token,
      registration_endpoint: endpoints.registration,
      revocation_endpoint: endpoints.revocation,
      response_types_supported: ['code', 'token', 'id_token'],
      scopes_supported: ['openid', 'profile', 'offline_access', 'email'],
      code_challenge_methods_supported: ['S256', 'plain'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
    },
  },
  endpoints,
  clientAuthentication: 'none',
  takesRedirect: () => true,
  // Without it the token is for the userinfo endpoint alone, and no API takes it.
  isForServer: (request) => request.get('audience') === 'https://mcp.example.com/mcp',
  authorizationFault: (request) =>
    (request.get('audience') ?? 'https://mcp.example.com/mcp') === 'https://mcp.example.com/mcp'
      ? undefined
      : { error: 'access_denied', description: `Service not found: ${request.get('audience') ?? ''}` },
  givesRefreshToken: (request) => request.get('scope')?.split(' ').includes('offline_access') === true,
  usedRefreshToken: 'endsTheGrantWhenUsedAgain',
  idTokenIssuer: issuer,
  lifetime: 86_400,
  receipt: { refreshToken: 'revoked', accessToken: 'notOffered' },
  refusals: [
    {
      because: 'the audience is no API of the tenant’s',
      settings: { audience: 'https://other.example.com' },
      code: 'accessDenied',
      words: /Service not found: https:\/\/other\.example\.com/,
    },
  ],
};
