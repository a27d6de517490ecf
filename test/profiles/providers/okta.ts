import type { ProviderDescription } from '../providerDescription.js';

const issuer = 'https://example.okta.com/oauth2/aus1a2b3c4d5e6f7g8h9';
const endpoints = {
  authorization: `${issuer}/v1/authorize`,
  token: `${issuer}/v1/token`,
  // For administrators: without their API token it refuses.
  registration: 'https://example.okta.com/oauth2/v1/clients',
  revocation: `${issuer}/v1/revoke`,
};

export const okta: ProviderDescription = {
  provider: 'Okta',
  documentation: [
    'https://developer.okta.com/docs/api/openapi/okta-oauth/oauth/tag/CustomAS/',
    'https://developer.okta.com/docs/guides/refresh-tokens/main/',
    'https://github.com/modelcontextprotocol/modelcontextprotocol/issues/695',
  ],
  server: 'https://mcp.example.com/mcp',
  protectedResource: {
    resource: 'https://mcp.example.com/mcp',
    authorization_servers: [issuer],
    scopes_supported: ['mcp:read'],
  },
  metadata: {
    'https://example.okta.com/.well-known/oauth-authorization-server/oauth2/aus1a2b3c4d5e6f7g8h9': {
      issuer,
      authorization_endpoint: endpoints.authorization,
      token_endpoint: endpoints.token,
      registration_endpoint: endpoints.registration,
      revocation_endpoint: endpoints.revocation,
      response_types_supported: ['code', 'token', 'id_token'],
      scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
      code_challenge_methods_supported: ['S256'],
    },
  },
  endpoints,
  client: { id: '0oa1a2b3c4d5e6f7g8h9' },
  clientAuthentication: 'none',
  // What was entered, the port with it, or a scheme of the application's own.
  takesRedirect: ({ protocol, host, pathname }) =>
    protocol === 'vscode:' ||
    (protocol === 'http:' && host === '127.0.0.1:47113' && pathname === '/callback'),
  givesRefreshToken: (request) => request.get('scope')?.split(' ').includes('offline_access') === true,
  usedRefreshToken: 'isReplaced',
  idTokenIssuer: issuer,
  lifetime: 3_600,
  settings: { clientId: '0oa1a2b3c4d5e6f7g8h9' },
  receipt: { refreshToken: 'revoked', accessToken: 'revoked' },
  refusals: [
    {
      because: 'no client can register',
      settings: {},
      code: 'clientIdRequired',
      words: /does not support dynamic client registration/,
    },
    {
      because: 'the loopback port is another than was entered',
      settings: { clientId: '0oa1a2b3c4d5e6f7g8h9', redirect: 'loopback', loopbackPort: 50_000 },
      code: 'errorPage',
      words: /not one of the client’s/,
    },
  ],
};
