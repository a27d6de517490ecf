import type { ProviderDescription } from '../providerDescription.js';

const endpoints = {
  authorization: 'https://accounts.google.com/o/oauth2/v2/auth',
  token: 'https://oauth2.googleapis.com/token',
  revocation: 'https://oauth2.googleapis.com/revoke',
};
const clientId = '123-desktop.apps.googleusercontent.com';

/** A desktop application’s client, at a server that spells the issuer with a slash at its end. */
export const google: ProviderDescription = {
  provider: 'Google',
  documentation: [
    'https://developers.google.com/identity/protocols/oauth2/native-app',
    'https://github.com/home-assistant/core/issues/180546',
    'https://github.com/taylorwilsdon/google_workspace_mcp/issues/1008',
  ],
  server: 'https://calendarmcp.googleapis.com/mcp/v1',
  protectedResource: {
    resource: 'https://calendarmcp.googleapis.com/mcp/v1',
    authorization_servers: ['https://accounts.google.com/'],
    scopes_supported: ['openid', 'https://www.googleapis.com/auth/calendar'],
  },
  metadata: {
    'https://accounts.google.com/.well-known/openid-configuration': {
      issuer: 'https://accounts.google.com',
      authorization_endpoint: endpoints.authorization,
      token_endpoint: endpoints.token,
      revocation_endpoint: endpoints.revocation,
      response_types_supported: ['code', 'token', 'id_token'],
      scopes_supported: ['openid', 'email', 'profile'],
      token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
      code_challenge_methods_supported: ['plain', 'S256'],
    },
  },
  endpoints,
  client: { id: clientId, secret: 'the desktop application’s secret' },
  clientAuthentication: 'client_secret_basic',
  takesRedirect: ({ protocol, hostname }) =>
    protocol === 'http:' && (hostname === '127.0.0.1' || hostname === 'localhost'),
  givesRefreshToken: (request) =>
    request.get('access_type') === 'offline' && request.get('prompt') === 'consent',
  usedRefreshToken: 'stays',
  idTokenIssuer: 'accounts.google.com',
  lifetime: 3_599,
  settings: { clientId },
  receipt: { refreshToken: 'revoked', accessToken: 'revoked' },
  refusals: [
    {
      because: 'a desktop application too needs its secret',
      secret: undefined,
      code: 'clientSecretRequired',
      words: /Google .*secret/,
    },
    {
      because: 'the redirect is no loopback address',
      settings: { clientId, redirect: 'uriHandler' },
      code: 'errorPage',
      words: /not one of the client’s/,
    },
  ],
};
