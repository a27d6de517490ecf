import type { ProviderDescription } from '../providerDescription.js';

const issuer = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI';
const domain = 'https://example.auth.eu-west-1.amazoncognito.com';
const endpoints = {
  authorization: `${domain}/oauth2/authorize`,
  token: `${domain}/oauth2/token`,
  revocation: `${domain}/oauth2/revoke`,
};

/** A user pool with a domain, and an app client without a secret. */
export const cognito: ProviderDescription = {
  provider: 'Amazon Cognito',
  documentation: [
    'https://docs.aws.amazon.com/cognito/latest/developerguide/federation-endpoints.html',
    'https://docs.aws.amazon.com/cognito/latest/developerguide/authorization-endpoint.html',
    'https://docs.aws.amazon.com/cognito/latest/developerguide/revocation-endpoint.html',
  ],
  server: 'https://mcp.example.com/mcp',
  protectedResource: {
    resource: 'https://mcp.example.com/mcp',
    authorization_servers: [issuer],
    scopes_supported: ['openid', 'mcp/read'],
  },
  metadata: {
    [`${issuer}/.well-known/openid-configuration`]: {
      issuer,
      authorization_endpoint: endpoints.authorization,
      token_endpoint: endpoints.token,
      revocation_endpoint: endpoints.revocation,
      response_types_supported: ['code', 'token'],
      scopes_supported: ['openid', 'email', 'phone', 'profile'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    },
  },
  endpoints,
  client: { id: '1example23456789' },
  clientAuthentication: 'none',
  // https, http on localhost, or a scheme of the app's own.
  takesRedirect: ({ protocol, hostname }) =>
    protocol === 'vscode:' || (protocol === 'http:' && hostname === 'localhost'),
  authorizationFault: (request) =>
    request.get('scope')?.includes('offline_access') === true
      ? { error: 'invalid_scope', description: 'offline_access' }
      : undefined,
  givesRefreshToken: () => true,
  usedRefreshToken: 'stays',
  idTokenIssuer: issuer,
  lifetime: 3_600,
  accessTokenRevocation: { status: 400, body: { error: 'unsupported_token_type' } },
  settings: { clientId: '1example23456789' },
  accepted: ['pkceNotAdvertised'],
  receipt: { refreshToken: 'revoked', accessToken: 'notOffered' },
  refusals: [
    {
      because: 'nobody accepted that PKCE is not advertised',
      accepted: [],
      code: 'pkceNotAdvertised',
      words: /does not advertise PKCE \(S256\) to protect the sign-in/,
    },
    {
      because: 'no client can register',
      settings: {},
      code: 'clientIdRequired',
      words: /does not support dynamic client registration/,
    },
  ],
};
