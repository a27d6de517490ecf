import type { ScriptedAnswer } from '../../oauth/scriptedServer.js';
import type { AskedRequest } from '../mappedNetwork.js';
import type { ProviderDescription } from '../providerDescription.js';

const issuer = 'https://github.com/login/oauth';
const endpoints = { authorization: `${issuer}/authorize`, token: `${issuer}/access_token` };
const clientId = 'Iv1.0123456789abcdef';

/** An OAuth app, whose tokens do not expire. */
export const gitHub: ProviderDescription = {
  provider: 'GitHub',
  documentation: [
    'https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps',
    'https://github.blog/changelog/2025-07-14-pkce-support-for-oauth-and-github-app-authentication',
    'https://github.com/github/github-mcp-server/issues/2532',
  ],
  server: 'https://api.githubcopilot.com/mcp/',
  protectedResource: {
    resource: 'https://api.githubcopilot.com/mcp/',
    authorization_servers: [issuer],
    scopes_supported: ['repo', 'gist'],
  },
  metadata: {
    'https://github.com/.well-known/oauth-authorization-server/login/oauth': {
      issuer,
      authorization_endpoint: endpoints.authorization,
      token_endpoint: endpoints.token,
      response_types_supported: ['code'],
      grant_types_supported: ['authorization_code', 'refresh_token'],
      code_challenge_methods_supported: ['S256'],
    },
  },
  endpoints,
  client: { id: clientId, secret: '0123456789abcdef0123456789abcdef01234567' },
  clientAuthentication: 'client_secret_basic',
  takesRedirect: ({ protocol, hostname }) =>
    protocol === 'vscode:' || (protocol === 'http:' && hostname === '127.0.0.1'),
  givesRefreshToken: () => false,
  usedRefreshToken: 'stays',
  tokenAnswer: ({ accessToken, refreshToken, scopes, lifetime }, request) =>
    inWantedForm(request, {
      access_token: accessToken,
      ...(lifetime !== undefined && { expires_in: String(lifetime) }),
      ...(refreshToken !== undefined && { refresh_token: refreshToken }),
      scope: scopes.join(','),
      token_type: 'bearer',
    }),
  // Every refusal is a success to HTTP.
  refusalAnswer: ({ error, description }, request) =>
    inWantedForm(request, {
      error: refusalCode(error, request),
      error_description: description,
      error_uri: 'https://docs.github.com/apps',
    }),
  settings: { clientId },
  receipt: { accessToken: 'notOffered' },
  refusals: [
    {
      because: 'it knows no public clients',
      secret: undefined,
      code: 'clientSecretRequired',
      words: /GitHub .*secret/,
    },
    {
      because: 'the secret is wrong, which it says with status 200',
      secret: 'another secret',
      code: 'tokenRequestRefused',
      words: /incorrect_client_credentials/,
    },
    {
      because: 'no client can register',
      settings: {},
      code: 'clientIdRequired',
      words: /does not support dynamic client registration/,
    },
  ],
};

/** A GitHub App, whose tokens expire. */
export const gitHubApp: ProviderDescription = {
  ...gitHub,
  variant: 'as a GitHub App',
  documentation: [
    'https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/refreshing-user-access-tokens',
  ],
  givesRefreshToken: () => true,
  usedRefreshToken: 'isReplaced',
  lifetime: 28_800,
  receipt: { refreshToken: 'notOffered', accessToken: 'notOffered' },
  refusals: [],
};

/** What is in between lets no `Accept` through: its answers are forms then. */
export const gitHubInForms: ProviderDescription = {
  ...gitHubApp,
  variant: 'as a GitHub App, in forms',
  tokenAnswer: (issued, request) => gitHub.tokenAnswer?.(issued, withoutAccept(request)) ?? {},
  refusalAnswer: (refusal, request) => gitHub.refusalAnswer?.(refusal, withoutAccept(request)) ?? {},
  refusals: gitHub.refusals.filter(({ secret }) => secret !== undefined),
};

function withoutAccept(request: AskedRequest): AskedRequest {
  return { ...request, headers: {} };
}

function inWantedForm({ headers }: AskedRequest, members: Record<string, string>): ScriptedAnswer {
  if (headers.accept?.includes('application/json') === true) {
    const { expires_in: lifetime, ...rest } = members;
    return { body: { ...rest, ...(lifetime !== undefined && { expires_in: Number(lifetime) }) } };
  }
  return {
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
    body: new URLSearchParams(members).toString(),
  };
}

function refusalCode(error: string, { form }: AskedRequest): string {
  if (error === 'invalid_client') return 'incorrect_client_credentials';
  return form.get('grant_type') === 'refresh_token' ? 'bad_refresh_token' : 'bad_verification_code';
}
