import type { ProviderDescription } from '../providerDescription.js';

const issuer = 'https://auth.pingone.eu/4a5b6c7d-0000-1111-2222-333344445555/as';
const endpoints = {
  authorization: `${issuer}/authorize`,
  token: `${issuer}/token`,
  revocation: `${issuer}/revoke`,
};

export const pingOne: ProviderDescription = {
  provider: 'PingOne',
  documentation: [
    'https://developer.pingidentity.com/pingone-api/auth/openid-connect-oauth-2/authorize-intro.html',
    'https://developer.pingidentity.com/pingone-api/auth/openid-connect-oauth-2/token-refresh_token-none.html',
  ],
  server: 'https://mcp.example.com/mcp',
  protectedResource: {
    resource: 'https://mcp.example.com/mcp',
    authorization_servers: [issuer],
    scopes_supported: ['mcp:read'],
  },
  metadata: {
    [`${issuer}/.well-known/openid-configuration`]: {
      issuer,
      authorization_endpoint: endpoints.authorization,
      token_endpoint: endpoints.token,
      revocation_endpoint: endpoints.revocation,
      response_types_supported: ['code', 'id_token', 'token'],
      scopes_supported: ['openid', 'profile', 'email', 'address'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
      code_challenge_methods_supported: ['plain', 'S256'],
    },
  },
  endpoints,
  client: { id: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee' },
  clientAuthentication: 'none',
  takesRedirect: () => true,
  givesRefreshToken: (request) => request.get('scope')?.split(' ').includes('offline_access') === true,
  usedRefreshToken: 'isReplaced',
  idTokenIssuer: issuer,
  lifetime: 3_600,
  settings: { clientId: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee' },
  receipt: { refreshToken: 'revoked', accessToken: 'revoked' },
  refusals: [
    {
      because: 'its metadata offers no registration',
      settings: {},
      code: 'clientIdRequired',
      words: /does not support dynamic client registration/,
    },
  ],
};
