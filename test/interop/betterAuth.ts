import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { oauthProviderAuthServerMetadata } from '@better-auth/oauth-provider';
import type { BetterAuthPlugin } from 'better-auth';
import express, { type RequestHandler } from 'express';
import { createRemoteJWKSet, errors, jwtVerify } from 'jose';
import { InvalidTokenError } from '@modelcontextprotocol/sdk/server/auth/errors.js';
import type { OAuthTokenVerifier } from '@modelcontextprotocol/sdk/server/auth/provider.js';
import { CookieJar } from '../demo/cookieJar.js';
import { alice } from '../demo/people.js';
import type { InteropPeer } from './interopServer.js';
import { readScope, startProtectedServer, writeScope } from './protectedServer.js';

const base = '/api/auth';

type MetadataSource = Parameters<typeof oauthProviderAuthServerMetadata>[0];

/** An issuer with a path, whose login and consent pages its host provides. */
export const betterAuth: InteropPeer = {
  name: 'better-auth OAuth provider',
  without: {},
  reuse: 'refused',
  revocation: 'revoked',
  start: (accessTokenSeconds) =>
    startProtectedServer(visitWithSession, async (origin) => ({
      routes: await routesOf(origin, accessTokenSeconds),
      verifier: verifierOf(origin),
    })),
};

async function routesOf(origin: string, accessTokenSeconds: number): Promise<RequestHandler> {
  const { betterAuth: create } = await import('better-auth');
  const { memoryAdapter } = await import('better-auth/adapters/memory');
  const { getAuthTables } = await import('better-auth/db');
  const { toNodeHandler } = await import('better-auth/node');
  const { jwt } = await import('better-auth/plugins');
  const { oauthProvider, oauthProviderAuthServerMetadata: metadataOf } =
    await import('@better-auth/oauth-provider');
  const resource = `${origin}/mcp`;
  // Its types omit absent fields, which exact optional properties distinguish from undefined.
  const provider = oauthProvider({
    loginPage: '/sign-in',
    consentPage: '/consent',
    scopes: ['openid', 'offline_access', readScope, writeScope],
    resources: [resource],
    clientRegistrationDefaultResources: [resource],
    allowDynamicClientRegistration: true,
    allowUnauthenticatedClientRegistration: true,
    accessTokenExpiresIn: accessTokenSeconds,
    silenceWarnings: { oauthAuthServerConfig: true, openidConfig: true },
  }) as unknown as BetterAuthPlugin;
  const plugins = [jwt(), provider];
  const tables = Object.values(getAuthTables({ plugins })).map(({ modelName }) => [modelName, []]);
  const auth = create({
    baseURL: origin,
    basePath: base,
    secret: randomBytes(32).toString('base64url'),
    database: memoryAdapter(Object.fromEntries(tables) as Record<string, never[]>),
    emailAndPassword: { enabled: true },
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    plugins,
  });
  const { name, email, password } = alice;
  await auth.api.signUpEmail({ body: { name, email, password } });
  const metadata = metadataOf(auth as unknown as MetadataSource);
  const routes = express.Router();
  routes.get('/.well-known/oauth-protected-resource/mcp', (_request, response) => {
    response.json({
      resource,
      authorization_servers: [origin + base],
      scopes_supported: [readScope, writeScope],
    });
  });
  routes.get(`/.well-known/oauth-authorization-server${base}`, async (request, response) => {
    response.json(await (await metadata(new Request(new URL(request.originalUrl, origin)))).json());
  });
  const answer = toNodeHandler(auth);
  routes.all(`${base}/{*rest}`, (request, response) => answer(request, response));
  return routes;
}

function verifierOf(origin: string): OAuthTokenVerifier {
  const keys = createRemoteJWKSet(new URL(`${origin}${base}/jwks`));
  return {
    verifyAccessToken: async (token) => {
      try {
        const { payload } = await jwtVerify(token, keys, {
          issuer: origin + base,
          audience: `${origin}/mcp`,
        });
        return {
          token,
          clientId: String(payload['azp'] ?? payload['client_id']),
          scopes: String(payload['scope']).split(' '),
          expiresAt: payload.exp ?? 0,
          resource: new URL('/mcp', origin),
        };
      } catch (error) {
        if (error instanceof errors.JOSEError) throw new InvalidTokenError(error.message);
        throw error;
      }
    },
  };
}

/** The target of better-auth's redirect, which is returned as JSON unless the request is a navigation. */
interface Onward {
  readonly url: string;
}

/** Acts as Alice at her browser. The host provides the pages, so their requests are sent directly. */
async function visitWithSession(address: URL, signal: AbortSignal): Promise<void> {
  const cookies = new CookieJar();
  const { origin } = address;
  const send = async (url: URL, body?: object): Promise<Onward> => {
    const cookie = cookies.headerFor(url);
    const headers = { origin, 'content-type': 'application/json', ...(cookie !== undefined && { cookie }) };
    const post = body !== undefined && { method: 'POST', body: JSON.stringify(body) };
    const response = await fetch(url, { signal, headers, ...post });
    cookies.store(url, response.headers.getSetCookie());
    assert.equal(response.status, 200, await response.clone().text());
    return (await response.json()) as Onward;
  };
  const { email, password } = alice;
  await send(new URL(`${base}/sign-in/email`, origin), { email, password });
  const page = new URL((await send(address)).url, origin);
  assert.equal(page.pathname, '/consent');
  const consent = { accept: true, oauth_query: page.search.slice(1) };
  const { url } = await send(new URL(`${base}/oauth2/consent`, origin), consent);
  await (await fetch(url, { signal })).text();
}
