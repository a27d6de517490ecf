import type { ProviderDescription } from '../providerDescription.js';

const issuer = 'https://mcp.linear.app';
const endpoints = {
  authorization: `${issuer}/authorize`,
  token: `${issuer}/token`,
  registration: `${issuer}/register`,
};
const document = 'https://client.example/mcp-oauth.json';

/** A client that is known by its metadata document, whose loopback address is compared port and all. */
export const linear: ProviderDescription = {
  provider: 'Linear',
  documentation: ['https://github.com/anthropics/claude-code/issues/47185'],
  server: 'https://mcp.linear.app/mcp',
  protectedResource: {
    resource: 'https://mcp.linear.app/mcp',
    authorization_servers: [issuer],
  },
  metadata: {
    [`${issuer}/.well-known/oauth-authorization-server`]: {
      issuer,
      authorization_endpoint: endpoints.authorization,
      token_endpoint: endpoints.token,
      registration_endpoint: endpoints.registration,
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['plain', 'S256'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
      client_id_metadata_document_supported: true,
    },
  },
  endpoints,
  client: { id: document },
  clientMetadataUrl: document,
  clientAuthentication: 'none',
  takesRedirect: ({ href }) => href === 'http://127.0.0.1:47113/callback',
  givesRefreshToken: () => true,
  usedRefreshToken: 'isReplaced',
  lifetime: 86_400,
  settings: { redirect: 'loopback' },
  receipt: { refreshToken: 'notOffered', accessToken: 'notOffered' },
  refusals: [
    {
      because: 'the loopback port is another than the document’s',
      settings: { redirect: 'loopback', loopbackPort: 50_000 },
      code: 'errorPage',
      words: /127\.0\.0\.1:50000\/callback is not one of the client’s/,
    },
  ],
};
