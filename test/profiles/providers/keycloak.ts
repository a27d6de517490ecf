import type { ProviderDescription } from '../providerDescription.js';

const issuer = 'https://sso.example.com/realms/mcp';
const connect = `${issuer}/protocol/openid-connect`;
const endpoints = {
  authorization: `${connect}/auth`,
  token: `${connect}/token`,
  registration: `${issuer}/clients-registrations/openid-connect`,
  revocation: `${connect}/revoke`,
};

/** A realm whose policy lets clients register from hosts it trusts. */
export const keycloak: ProviderDescription = {
  provider: 'Keycloak',
  documentation: [
    'https://www.keycloak.org/securing-apps/mcp-authz-server',
    'https://www.keycloak.org/nightly/securing-apps/client-registration',
  ],
  server: 'https://mcp.example.com/mcp',
  protectedResource: {
    resource: 'https://mcp.example.com/mcp',
    authorization_servers: [issuer],
    scopes_supported: ['mcp:tools'],
  },
  metadata: {
    'https://sso.example.com/.well-known/oauth-authorization-server/realms/mcp': {
      issuer,
      authorization_endpoint: endpoints.authorization,
      token_endpoint: endpoints.token,
      registration_endpoint: endpoints.registration,
      revocation_endpoint: endpoints.revocation,
      response_types_supported: ['code', 'none', 'id_token', 'token'],
      scopes_supported: ['openid', 'offline_access', 'profile', 'email', 'mcp:tools'],
      token_endpoint_auth_methods_supported: ['private_key_jwt', 'client_secret_basic', 'client_secret_post'],
      code_challenge_methods_supported: ['plain', 'S256'],
      authorization_response_iss_parameter_supported: true,
    },
  },
  endpoints,
  clientAuthentication: 'client_secret_basic',
  takesRedirect: () => true,
  // The audience comes of a scope; the parameter says nothing to it.
  isForServer: (request) => request.get('scope')?.split(' ').includes('mcp:tools') === true,
  authorizationIssuer: issuer,
  givesRefreshToken: () => true,
  usedRefreshToken: 'stays',
  idTokenIssuer: issuer,
  lifetime: 300,
  receipt: { refreshToken: 'revoked', accessToken: 'revoked' },
  refusals: [
    {
      because: 'its policy does not trust the host the registration comes from',
      registrationPolicy: {
        status: 403,
        body: {
          error: 'insufficient_scope',
          error_description: "Policy 'Trusted Hosts' rejected request to client-registration service.",
        },
      },
      code: 'registrationRefused',
      words: /Trusted Hosts/,
    },
  ],
};
