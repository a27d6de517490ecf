import type { ProviderDescription } from '../providerDescription.js';

const issuer = 'https://example.onelogin.com/oidc/2';
const endpoints = {
  authorization: `${issuer}/auth`,
  token: `${issuer}/token`,
  revocation: `${issuer}/token/revocation`,
};

/** An application whose authentication method is POST. */
export const oneLogin: ProviderDescription = {
  provider: 'OneLogin',
  documentation: ['https://developers.onelogin.com/openid-connect/api/authorization-code-grant'],
  server: 'https://mcp.example.com/mcp',
  protectedResource: {
    resource: 'https://mcp.example.com/mcp',
    authorization_servers: [issuer],
    scopes_supported: ['openid'],
  },
  metadata: {
    [`${issuer}/.well-known/openid-configuration`]: {
      issuer,
      authorization_endpoint: endpoints.authorization,
      token_endpoint: endpoints.token,
      revocation_endpoint: endpoints.revocation,
      response_types_supported: ['code', 'id_token'],
      scopes_supported: ['openid', 'name', 'profile', 'groups', 'email', 'params', 'phone'],
      code_challenge_methods_supported: ['S256'],
      token_endpoint_auth_methods_supported: ['client_secret_post', 'none'],
    },
  },
  endpoints,
  client: { id: 'onelogin-client', secret: 'the application’s secret' },
  clientAuthentication: 'client_secret_post',
  takesRedirect: ({ protocol, hostname }) =>
    protocol === 'vscode:' || (protocol === 'http:' && hostname === 'localhost'),
  givesRefreshToken: () => true,
  usedRefreshToken: 'isReplaced',
  idTokenIssuer: issuer,
  lifetime: 3_600,
  settings: { clientId: 'onelogin-client' },
  receipt: { refreshToken: 'revoked', accessToken: 'revoked' },
  refusals: [
    {
      because: 'the application has a secret and none is sent',
      secret: undefined,
      code: 'tokenRequestRefused',
      words: /client_secret is missing/,
    },
  ],
};
