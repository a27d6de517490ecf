import { entraIdProfiles } from './entraIdProfiles.js';
import type { ProfileChoice, ProviderProfile, ProviderTraits } from './providerTraits.js';

const read = '2026-11-24';

/**
 * The providers that issue tokens to MCP clients and stray from what the standards lead one to expect. Apple
 * and Meta are not among them: people sign in with these behind an authorization server, which issues the
 * tokens itself. A provider under a domain of its customer's is not recognized: the settings of the server
 * can name it.
 */
export const providerProfiles: readonly ProviderProfile[] = [
  ...entraIdProfiles,
  {
    id: 'okta',
    name: 'Okta',
    issuer: /^https:\/\/[\w-]+\.(okta|oktapreview|okta-emea)\.com(\/oauth2\/\w+)?$/,
    traits: {
      // The endpoint its metadata names wants an administrator's token.
      registers: false,
      comparesLoopbackPort: true,
      // By default the former one lives 30 s longer.
      refreshTokens: 'rotated',
    },
    source: [
      'https://developer.okta.com/docs/api/openapi/okta-oauth/oauth/tag/CustomAS/',
      'https://developer.okta.com/docs/guides/refresh-tokens/main/',
      'https://github.com/okta/okta-sdk-dotnet/blob/master/docs/OpenIdConnectApplicationSettingsRefreshToken.md',
      'https://github.com/modelcontextprotocol/modelcontextprotocol/issues/695',
      'https://www.apollographql.com/docs/apollo-mcp-server/guides/auth-okta',
      'https://support.okta.com/help/s/article/openid-connect-oidc-redirect-uri',
    ],
    read,
  },
  {
    id: 'auth0',
    name: 'Auth0',
    issuer: /^https:\/\/[\w-]+(\.[a-z]{2}(-\d)?)?\.auth0\.com\/$/,
    traits: {
      // Unless the tenant turned its compatibility profile on, `resource` is ignored; `audience` wins over it.
      audienceIsResource: true,
      revocation: 'refreshTokenOnly',
      refreshTokens: 'reuseEndsSignIn',
    },
    source: [
      'https://auth0.com/ai/docs/mcp/guides/resource-param-compatibility-profile',
      'https://auth0.com/docs/secure/tokens/refresh-tokens/configure-refresh-token-rotation',
      'https://auth0.com/docs/secure/tokens/refresh-tokens/revoke-refresh-tokens',
      'https://github.com/danny-avila/LibreChat/issues/13401',
    ],
    read,
    unverified: ['revocation'],
  },
  {
    id: 'oneLogin',
    name: 'OneLogin',
    issuer: /^https:\/\/[\w-]+\.onelogin\.com\/oidc\/2$/,
    traits: { loopbackHost: 'localhost' },
    source: ['https://developers.onelogin.com/openid-connect/api/authorization-code-grant'],
    read,
    unverified: ['loopbackHost'],
  },
  {
    id: 'google',
    name: 'Google',
    issuer: /^https:\/\/accounts\.google\.com\/?$/,
    traits: {
      registers: false,
      secretRequired: true,
      // It gives a refresh token for these alone, and after the first consent only if asked again.
      extraParameters: { access_type: 'offline', prompt: 'consent' },
      selectsAccount: true,
      redirect: 'loopback',
      metadataIssuer: 'https://accounts.google.com',
      idTokenIssuers: ['accounts.google.com'],
      refreshTokens: 'kept',
    },
    source: [
      'https://developers.google.com/identity/protocols/oauth2/native-app',
      'https://developers.google.com/identity/protocols/oauth2/resources/loopback-migration',
      'https://developers.google.com/identity/protocols/oauth2/web-server',
      'https://developers.google.com/identity/openid-connect/reference',
      'https://github.com/anthropics/claude-ai-mcp/issues/395',
      'https://github.com/home-assistant/core/issues/180546',
      'https://github.com/taylorwilsdon/google_workspace_mcp/issues/1008',
    ],
    read,
    unverified: ['refreshTokens'],
  },
  {
    id: 'github',
    name: 'GitHub',
    issuer: /^https:\/\/(github\.com(\/login\/oauth)?|[\w-]+\.ghe\.com\/login\/oauth)$/,
    traits: {
      registers: false,
      secretRequired: true,
      selectsAccount: true,
      answers: ['formEncoded', 'commaScopes', 'errorWithStatus200'],
      invalidGrant: ['bad_verification_code', 'bad_refresh_token'],
      revocation: 'none',
      // Of GitHub Apps; the tokens of OAuth apps do not end.
      refreshTokens: 'rotated',
    },
    source: [
      'https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps',
      'https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/refreshing-user-access-tokens',
      'https://github.blog/changelog/2025-07-14-pkce-support-for-oauth-and-github-app-authentication',
      'https://github.com/github/github-mcp-server/issues/2532',
    ],
    read,
    unverified: ['revocation'],
  },
  {
    id: 'keycloak',
    name: 'Keycloak',
    // Every operator has another host, so the path of its realms identifies it.
    issuer: /^https?:\/\/[^/]+(\/[\w-]+)*\/realms\/[^/]+$/,
    // It ignores `resource`, unless an experimental feature of 2026 is turned on; a realm binds tokens to a server by the audience of a scope.
    traits: { registers: true, refreshTokens: 'kept' },
    source: [
      'https://www.keycloak.org/securing-apps/mcp-authz-server',
      'https://phasetwo.io/tutorials/emerging/mcp-server-auth/',
    ],
    read,
    unverified: ['refreshTokens'],
  },
  {
    id: 'pingOne',
    name: 'PingOne',
    issuer: /^https:\/\/auth\.pingone\.(com|eu|ca|asia|com\.au|sg)\/[\w-]+\/as$/,
    traits: {
      // If its application grants this scope, it gives refresh tokens for nothing else.
      scopes: ['offline_access'],
      refreshTokens: 'rotated',
    },
    source: [
      'https://developer.pingidentity.com/pingone-api/auth/openid-connect-oauth-2/authorize-intro.html',
      'https://developer.pingidentity.com/pingone-api/auth/openid-connect-oauth-2/token-intro.html',
      'https://developer.pingidentity.com/pingone-api/auth/openid-connect-oauth-2/token-refresh_token-none.html',
    ],
    read,
  },
  {
    id: 'cognito',
    name: 'Amazon Cognito',
    issuer: /^https:\/\/cognito-idp\.[\w-]+\.amazonaws\.com\/[\w-]+$/,
    traits: {
      registers: false,
      loopbackHost: 'localhost',
      exceptions: ['pkceNotAdvertised'],
      revocation: 'refreshTokenOnly',
      refreshTokens: 'kept',
    },
    source: [
      'https://docs.aws.amazon.com/cognito/latest/developerguide/authorization-endpoint.html',
      'https://docs.aws.amazon.com/cognito/latest/developerguide/using-pkce-in-authorization-code.html',
      'https://docs.aws.amazon.com/cognito/latest/developerguide/revocation-endpoint.html',
      'https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_RefreshTokenRotationType.html',
      'https://zuplo.com/learn/mcp/compatibility/identity-providers',
      'https://github.com/anthropics/claude-code/issues/13275',
    ],
    read,
  },
  {
    id: 'atlassian',
    name: 'Atlassian',
    issuer: /^https:\/\/(cf\.)?mcp\.atlassian\.com\/?$/,
    // Its metadata, found at the one host, names the other.
    traits: { registers: true, exceptions: ['issuerMismatch'], refreshTokens: 'rotated' },
    source: [
      'https://github.com/github/copilot-cli/issues/4480',
      'https://github.com/atlassian/atlassian-mcp-server/issues/205',
      'https://docs.litellm.ai/docs/mcp_servers/atlassian',
    ],
    read,
    unverified: ['refreshTokens'],
  },
  {
    id: 'slack',
    name: 'Slack',
    issuer: /^https:\/\/(mcp\.)?slack\.com$/,
    traits: {
      registers: false,
      redirect: 'loopback',
      loopbackHost: 'localhost',
      comparesLoopbackPort: true,
      exceptions: ['issuerMismatch'],
      nestedToken: { member: 'authed_user', tokenType: 'user' },
      answers: ['commaScopes', 'errorWithStatus200'],
      invalidGrant: ['invalid_code', 'invalid_refresh_token'],
      revocation: 'none',
      refreshTokens: 'rotated',
    },
    source: [
      'https://docs.slack.dev/reference/methods/oauth.v2.user.access',
      'https://docs.slack.dev/authentication/using-pkce',
      'https://docs.slack.dev/authentication/using-token-rotation',
      'https://github.com/openai/codex/issues/13200',
      'https://github.com/slackapi/slack-skills-plugin/issues/120',
      'https://github.com/slackapi/slack-skills-plugin/issues/7',
      'https://github.com/CommandCodeAI/command-code/issues/610',
    ],
    read,
    unverified: ['redirect', 'invalidGrant', 'revocation'],
  },
  {
    id: 'notion',
    name: 'Notion',
    issuer: /^https:\/\/mcp\.notion\.com$/,
    traits: { registers: true, refreshTokens: 'reuseEndsSignIn' },
    source: [
      'https://developers.notion.com/guides/mcp/build-mcp-client',
      'https://github.com/damianvtran/local-operator/pull/345',
    ],
    read,
  },
  {
    id: 'linear',
    name: 'Linear',
    issuer: /^https:\/\/mcp\.linear\.app$/,
    // It reads client ID metadata documents, and compares their loopback addresses port included.
    traits: { comparesLoopbackPort: true },
    source: [
      'https://github.com/anthropics/claude-code/issues/47185',
      'https://linear.app/developers/oauth-2-0-authentication',
    ],
    read,
  },
];

/**
 * The profile of the provider behind an issuer, or undefined for one of which nothing is known.
 * @param choice what the settings put in its place; of a provider named there, what it calls itself does not count
 */
export function profileOf(issuer: string, choice: ProfileChoice = 'auto'): ProviderProfile | undefined {
  const own = providerProfiles.find((profile) => profile.issuer.test(issuer));
  if (choice === 'auto' || choice === own?.id) return own;
  const chosen = providerProfiles.find(({ id }) => id === choice);
  if (chosen === undefined) return undefined;
  const { metadataIssuer, issuerTemplate, idTokenIssuers, ...traits } = chosen.traits;
  return { ...chosen, traits };
}

/** The traits at an issuer; none if nothing is known. */
export function traitsOf(issuer: string, choice?: ProfileChoice): ProviderTraits {
  return profileOf(issuer, choice)?.traits ?? {};
}
