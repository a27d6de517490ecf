import type { ProviderDescription } from '../providerDescription.js';

const issuer = 'https://mcp.notion.com';
const endpoints = {
  authorization: `${issuer}/authorize`,
  token: `${issuer}/token`,
  registration: `${issuer}/register`,
};

export const notion: ProviderDescription = {
  provider: 'Notion',
  documentation: [
    'https://developers.notion.com/guides/mcp/build-mcp-client',
    'https://github.com/damianvtran/local-operator/pull/345',
  ],
  server: 'https://mcp.notion.com/mcp',
  protectedResource: {
    resource: 'https://mcp.notion.com/mcp',
    authorization_servers: [issuer],
  },
  metadata: {
    [`${issuer}/.well-known/oauth-authorization-server`]: {
      issuer,
      authorization_endpoint: endpoints.authorization,
      token_endpoint: endpoints.token,
      registration_endpoint: endpoints.registration,
      response_types_supported: ['code'],
      grant_types_supported: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
      code_challenge_methods_supported: ['plain', 'S256'],
    },
  },
  endpoints,
  clientAuthentication: 'none',
  takesRedirect: () => true,
  givesRefreshToken: () => true,
  usedRefreshToken: 'endsTheGrantWhenUsedAgain',
  lifetime: 3_600,
  receipt: { refreshToken: 'notOffered', accessToken: 'notOffered' },
  refusals: [
    {
      because: 'the user says no',
      isDenied: true,
      code: 'accessDenied',
      words: /Access was denied at https:\/\/mcp\.notion\.com/,
    },
  ],
};
