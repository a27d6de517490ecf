import type { ProviderDescription, Refusal } from '../providerDescription.js';
import { tenant } from '../scriptedProvider.js';

const login = 'https://login.microsoftonline.com';

/** The directory of one organization. */
export const entraId: ProviderDescription = atTenant(tenant);

/** Any organization’s: whose it is shows in the tokens alone. */
export const entraIdForAll: ProviderDescription = atTenant('common');

function atTenant(name: string): ProviderDescription {
  const endpoints = {
    authorization: `${login}/${name}/oauth2/v2.0/authorize`,
    token: `${login}/${name}/oauth2/v2.0/token`,
    device: `${login}/${name}/oauth2/v2.0/devicecode`,
  };
  return {
    provider: name === 'common' ? 'Microsoft Entra ID for any organization' : 'Microsoft Entra ID',
    documentation: [
      'https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-auth-code-flow',
      'https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-device-code',
      'https://learn.microsoft.com/en-us/entra/identity-platform/reply-url',
    ],
    server: 'https://mcp.contoso.example/mcp',
    protectedResource: {
      resource: 'https://mcp.contoso.example/mcp',
      authorization_servers: [`${login}/${name}/v2.0`],
    },
    metadata: {
      [`${login}/${name}/v2.0/.well-known/openid-configuration`]: {
        issuer: `${login}/${name === 'common' ? '{tenantid}' : name}/v2.0`,
        authorization_endpoint: endpoints.authorization,
        token_endpoint: endpoints.token,
        device_authorization_endpoint: endpoints.device,
        token_endpoint_auth_methods_supported: [
          'client_secret_post',
          'private_key_jwt',
          'client_secret_basic',
        ],
        response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
        scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
        id_token_signing_alg_values_supported: ['RS256'],
      },
    },
    endpoints,
    client: { id: '11111111-2222-3333-4444-555555555555' },
    clientAuthentication: 'none',
    takesRedirect: ({ protocol, hostname, pathname }) =>
      protocol === 'http:' && hostname === 'localhost' && pathname === '/callback',
    authorizationFault: (request) => resourceFault(request) ?? scopeFault(request),
    tokenFault: resourceFault,
    givesRefreshToken: (request) => request.get('scope')?.split(' ').includes('offline_access') === true,
    usedRefreshToken: 'stays',
    idTokenIssuer: `${login}/${tenant}/v2.0`,
    lifetime: 3_900,
    settings: { clientId: '11111111-2222-3333-4444-555555555555' },
    accepted: ['pkceNotAdvertised'],
    receipt: { refreshToken: 'notOffered', accessToken: 'notOffered' },
    refusals: [
      {
        because: 'the resource is named beside the scopes',
        settings: { clientId: '11111111-2222-3333-4444-555555555555', omitResource: false },
        code: 'authorizationRefused',
        words: /AADSTS9010010/,
      },
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
}

function resourceFault(request: URLSearchParams): Refusal | undefined {
  if (!request.has('resource')) return undefined;
  const description =
    'AADSTS9010010: The resource parameter provided in the request does not match with the requested scopes.';
  return { error: 'invalid_target', description };
}

function scopeFault(request: URLSearchParams): Refusal | undefined {
  if (request.get('scope')?.includes('https://mcp.contoso.example/mcp/.default') === true) return undefined;
  const description = "AADSTS900144: The request must contain the following parameter: 'scope'.";
  return { error: 'invalid_request', description };
}
