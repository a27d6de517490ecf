import type { ProviderDescription } from '../providerDescription.js';

const endpoints = {
  authorization: 'https://slack.com/oauth/v2_user/authorize',
  token: 'https://slack.com/api/oauth.v2.user.access',
};
const clientId = '1601185624273.8899143856786';

/** An app with PKCE, which needs no secret, and one redirect URI that is compared as a whole. */
export const slack: ProviderDescription = {
  provider: 'Slack',
  documentation: [
    'https://docs.slack.dev/reference/methods/oauth.v2.user.access',
    'https://github.com/openai/codex/issues/13200',
    'https://github.com/CommandCodeAI/command-code/issues/610',
  ],
  server: 'https://mcp.slack.com/mcp',
  protectedResource: {
    resource: 'https://mcp.slack.com/mcp',
    authorization_servers: ['https://mcp.slack.com'],
    scopes_supported: ['search:read.public', 'chat:write'],
  },
  metadata: {
    'https://mcp.slack.com/.well-known/oauth-authorization-server': {
      issuer: 'https://mcp.slack.com',
      authorization_endpoint: endpoints.authorization,
      token_endpoint: endpoints.token,
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
      token_endpoint_auth_methods_supported: ['client_secret_post', 'none'],
    },
  },
  endpoints,
  client: { id: clientId },
  clientAuthentication: 'none',
  takesRedirect: ({ href }) => href === 'http://localhost:47113/callback',
  givesRefreshToken: () => true,
  usedRefreshToken: 'isReplaced',
  lifetime: 43_200,
  // The token is the user's, and says so in place of “Bearer”; what was granted stands below.
  tokenAnswer: ({ accessToken, refreshToken, scopes, lifetime }) => ({
    body: {
      ok: true,
      access_token: accessToken,
      token_type: 'user',
      refresh_token: refreshToken,
      expires_in: lifetime,
      authed_user: { id: 'U12345', scope: scopes.join(',') },
      team: { id: 'T012345' },
    },
  }),
  refusalAnswer: ({ error }) => ({
    body: { ok: false, error: error === 'invalid_grant' ? 'invalid_refresh_token' : error },
  }),
  settings: { clientId },
  receipt: { refreshToken: 'notOffered', accessToken: 'notOffered' },
  refusals: [
    {
      because: 'the loopback port is another than was registered',
      settings: { clientId, loopbackPort: 50_000 },
      code: 'errorPage',
      words: /http:\/\/localhost:50000\/callback is not one of the client’s/,
    },
    {
      because: 'no client can register',
      settings: {},
      code: 'clientIdRequired',
      words: /does not support dynamic client registration/,
    },
  ],
};

/** An app with a bot of its own: the user's token stands below, beside the bot's, until it is renewed alone. */
export const slackWithBot: ProviderDescription = {
  ...slack,
  variant: 'as an app with a bot',
  documentation: [
    'https://docs.slack.dev/reference/methods/oauth.v2.access',
    'https://docs.slack.dev/authentication/using-token-rotation',
  ],
  tokenAnswer: (issued, request) => {
    const { accessToken, refreshToken, scopes, lifetime } = issued;
    const user = { access_token: accessToken, refresh_token: refreshToken, expires_in: lifetime };
    const theirs = { ...user, token_type: 'user', scope: scopes.join(',') };
    if (request.form.get('grant_type') === 'refresh_token') return { body: { ok: true, ...theirs } };
    const bot = { access_token: 'xoxe.xoxb-1', refresh_token: 'xoxe-1', expires_in: lifetime };
    return {
      body: {
        ok: true,
        ...{ ...bot, token_type: 'bot', scope: 'commands', bot_user_id: 'U0KRQLJ9H' },
        authed_user: { id: 'U12345', ...theirs },
        team: { id: 'T012345' },
      },
    };
  },
  refusals: [],
};
