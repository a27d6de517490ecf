import { exportJWK, generateKeyPair } from 'jose';
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Configuration, KoaContextWithOIDC, Provider } from 'oidc-provider';
import { GrantStore } from '../grantStore.js';
import { listenOnLoopback, readBody, sendHtml } from '../loopbackServer.js';
import { loadOidcProvider } from '../oidcProvider.js';
import { accountsAt } from './providerAccounts.js';
import { accountOf, providerErrorPage, providerLoginPage } from './providerLoginPage.js';

const name = 'Example ID';
const accounts = accountsAt('example-id');

/** A running OpenID provider with a single client. */
export interface OidcIdentityProvider {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  close(): Promise<void>;
}

/**
 * Starts "Example ID", an OpenID provider with its own users and sign-in page, on `localhost`: to a
 * browser, a different site than the authorization server's 127.0.0.1.
 *
 * @param redirectUri the only redirect URI of its client
 */
export async function startOidcIdentityProvider(redirectUri: string): Promise<OidcIdentityProvider> {
  const { Provider: ProviderClass } = await loadOidcProvider();
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const signingKey = { ...(await exportJWK(privateKey)), use: 'sig', alg: 'RS256', kid: 'example-id' };
  const clientId = 'demo-authorization-server';
  const clientSecret = randomBytes(32).toString('base64url');
  const store = new GrantStore();
  let issuer = '';
  const listen = (origin: string) => {
    issuer = origin;
    const cookie = `example_id_${new URL(origin).port}`;
    const configuration: Configuration = {
      adapter: (model) => store.adapter(model),
      jwks: { keys: [signingKey] },
      cookies: {
        names: { session: `${cookie}_session`, interaction: `${cookie}_login`, resume: `${cookie}_resume` },
        keys: [randomBytes(32).toString('base64url')],
      },
      clients: [
        {
          client_id: clientId,
          client_secret: clientSecret,
          token_endpoint_auth_method: 'client_secret_basic',
          redirect_uris: [redirectUri],
          grant_types: ['authorization_code'],
          response_types: ['code'],
        },
      ],
      responseTypes: ['code'],
      scopes: ['openid'],
      findAccount: (_context, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
      clientBasedCORS: () => false,
      pkce: { required: () => true },
      loadExistingGrant: grantWithoutAsking,
      interactions: { url: (_context, { uid }) => `/login/${uid}` },
      renderError: (context, out) => {
        context.type = 'html';
        context.body = providerErrorPage(name, out.error_description ?? out.error);
      },
      ttl: {
        AccessToken: 60,
        AuthorizationCode: 60,
        IdToken: 60,
        Interaction: 3600,
        Session: 3600,
        Grant: 3600,
      },
      features: { devInteractions: { enabled: false }, userinfo: { enabled: false } },
    };
    const provider = new ProviderClass(issuer, configuration);
    const answer = provider.callback();
    return async (request: IncomingMessage, response: ServerResponse) => {
      if (request.url?.startsWith('/login/')) await logIn(provider, request, response);
      else await answer(request, response);
    };
  };
  const server = await listenOnLoopback(0, listen, 'localhost');
  return { issuer, clientId, clientSecret, close: () => server.close() };
}

async function logIn(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const interaction = await provider.interactionDetails(request, response).catch(() => undefined);
  if (!interaction) {
    sendHtml(response, 400, providerErrorPage(name, 'This sign-in has expired.'));
    return;
  }
  const page = { provider: name, action: `/login/${interaction.uid}`, cancel: true };
  if (request.method !== 'POST') {
    sendHtml(response, 200, providerLoginPage(page));
    return;
  }
  const form = new URLSearchParams(await readBody(request));
  const account = accountOf(form, accounts);
  if (form.get('decision') === 'cancel') {
    const refusal = { error: 'access_denied', error_description: 'The user cancelled the sign-in.' };
    await provider.interactionFinished(request, response, refusal);
  } else if (account) {
    await provider.interactionFinished(request, response, { login: { accountId: account.subject } });
  } else {
    const failure = 'That email and password do not match.';
    sendHtml(response, 401, providerLoginPage({ ...page, failure }));
  }
}

/** The client is the provider's business partner, so users are not asked for consent. */
async function grantWithoutAsking({
  oidc,
}: KoaContextWithOIDC): Promise<InstanceType<Provider['Grant']> | undefined> {
  const accountId = oidc.session?.accountId;
  const clientId = oidc.client?.clientId;
  if (accountId === undefined || clientId === undefined) return undefined;
  const grant = new oidc.provider.Grant({ accountId, clientId });
  grant.addOIDCScope('openid');
  await grant.save();
  return grant;
}
