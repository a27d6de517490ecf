import type { ProviderDescription } from '../providerDescription.js';

const endpoints = {
  authorization: 'https://mcp.atlassian.com/v1/authorize',
  token: 'https://cf.mcp.atlassian.com/v1/token',
  registration: 'https://cf.mcp.atlassian.com/v1/register',
};

/** Its metadata calls itself another host's than the one it is found at. */
export const atlassian: ProviderDescription = {
  provider: 'Atlassian',
  documentation: [
    'https://github.com/github/copilot-cli/issues/4480',
    'https://docs.litellm.ai/docs/mcp_servers/atlassian',
  ],
  server: 'https://mcp.atlassian.com/v1/mcp',
  protectedResource: {
    resource: 'https://mcp.atlassian.com/v1/mcp',
    authorization_servers: ['https://mcp.atlassian.com'],
  },
  metadata: {
    'https://mcp.atlassian.com/.well-known/oauth-authorization-server': {
      issuer: 'https://cf.mcp.atlassian.com',
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
  usedRefreshToken: 'isReplaced',
  lifetime: 3_300,
  accepted: ['issuerMismatch'],
  receipt: { refreshToken: 'notOffered', accessToken: 'notOffered' },
  refusals: [
    {
      because: 'nobody accepted that its metadata names another issuer',
      accepted: [],
      code: 'issuerMismatch',
      words: /https:\/\/cf\.mcp\.atlassian\.com/,
    },
  ],
};
