import type { ProviderProfile } from './providerTraits.js';

const read = '2026-11-24';

const entraId: Pick<ProviderProfile, 'traits' | 'source' | 'read' | 'unverified'> = {
  traits: {
    registers: false,
    // The scopes name the resource. A `resource` parameter in addition counts as a contradiction (AADSTS9010010).
    omitResource: true,
    scopeBelowResource: '/.default',
    selectsAccount: true,
    redirect: 'loopback',
    // Registered without a port, it stands for every port; 127.0.0.1 cannot be entered in the portal.
    loopbackHost: 'localhost',
    // Over 900 characters were seen, and over 2,400 in its consumer edition, Azure AD B2C.
    longCodes: true,
    exceptions: ['pkceNotAdvertised'],
    revocation: 'none',
    refreshTokens: 'kept',
  },
  source: [
    'https://learn.microsoft.com/en-us/entra/identity-platform/reply-url',
    'https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-auth-code-flow',
    'https://learn.microsoft.com/en-us/entra/identity-platform/v2-protocols-oidc',
    'https://docs.microsoft.com/en-us/azure/active-directory/develop/refresh-tokens',
    'https://learn.microsoft.com/en-in/answers/questions/2151518/revoking-azure-aad-refresh-token',
    'https://github.com/microsoft/powerbi-modeling-mcp/issues/68',
    'https://github.com/modelcontextprotocol/typescript-sdk/issues/832',
    'https://github.com/coreos/go-oidc/issues/121',
    'https://zuplo.com/learn/mcp/compatibility/identity-providers',
    'https://github.com/AzureAD/microsoft-authentication-library-for-js/issues/6629',
    'https://github.com/azure-ad-b2c/samples/issues/598',
  ],
  read,
  unverified: ['redirect'],
};

/** Microsoft Entra ID: one tenant, and any. */
export const entraIdProfiles: readonly ProviderProfile[] = [
  {
    ...entraId,
    id: 'entraId',
    name: 'Microsoft Entra ID',
    issuer: /^https:\/\/login\.microsoftonline\.com\/(?!(common|organizations|consumers)\/)[^/]+\/v2\.0$/,
  },
  {
    ...entraId,
    id: 'entraIdAnyOrganization',
    name: 'Microsoft Entra ID for any organization',
    issuer: /^https:\/\/login\.microsoftonline\.com\/(common|organizations|consumers)\/v2\.0$/,
    traits: {
      ...entraId.traits,
      issuerTemplate: 'https://login.microsoftonline.com/{tenantid}/v2.0',
      idTokenIssuers: ['https://login.microsoftonline.com/{tid}/v2.0'],
    },
  },
];
