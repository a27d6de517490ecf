import { decodeJwt, exportJWK, generateKeyPair, jwtVerify } from 'jose';
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Provider } from 'oidc-provider';
import { publicJwk, type ClientKey } from '../../src/oauth/clientKey.js';
import type { DpopVerification } from '../demo/dpopVerification.js';
import { listenOnLoopback, sendJson } from '../demo/loopbackServer.js';
import { loadOidcProvider } from '../demo/oidcProvider.js';
import { scriptedServer, type Script, type ScriptedServer } from '../oauth/scriptedServer.js';

/** Clients that the test's certified authorization server has pre-registered, all for the same resource. */
export const clients = { secret: 'with-secret', key: 'with-key', device: 'device' } as const;
export const clientSecret = 'hunter2-hunter2-hunter2';

export interface GrantsProvider {
  readonly issuer: string;
  /**
   * Verifies an access token as the resource does and returns its scopes, or undefined if the token is
   * invalid.
   */
  scopesOf(token: string, resource: string): Promise<readonly string[] | undefined>;
  /** Records a user's sign-in and consent, as the device-code page does. */
  approve(userCode: string, resource: string): Promise<void>;
  close(): Promise<void>;
}

/** Starts `oidc-provider` with the grants that need no browser here. */
export async function startGrantsProvider(key: ClientKey): Promise<GrantsProvider> {
  const { Provider: ProviderClass } = await loadOidcProvider();
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  const jwk = { ...(await exportJWK(privateKey)), use: 'sig', alg: 'RS256', kid: 'k' };
  let provider: Provider | undefined;
  const server = await listenOnLoopback(0, (origin) => {
    provider = new ProviderClass(origin, {
      jwks: { keys: [jwk] },
      clients: [
        {
          client_id: clients.secret,
          client_secret: clientSecret,
          grant_types: ['client_credentials'],
          response_types: [],
          redirect_uris: [],
          token_endpoint_auth_method: 'client_secret_basic',
        },
        {
          client_id: clients.key,
          grant_types: ['client_credentials'],
          response_types: [],
          redirect_uris: [],
          token_endpoint_auth_method: 'private_key_jwt',
          token_endpoint_auth_signing_alg: key.algorithm,
          jwks: { keys: [publicJwk(key)] },
        },
        {
          client_id: clients.device,
          application_type: 'native',
          grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
          response_types: [],
          redirect_uris: [],
          token_endpoint_auth_method: 'none',
        },
      ],
      enabledJWA: { clientAuthSigningAlgValues: ['ES256', 'RS256', 'EdDSA'] },
      claims: { openid: ['sub'], email: ['email'] },
      findAccount: (_context, sub) => ({
        accountId: sub,
        claims: () => ({ sub, email: `${sub}@example.org` }),
      }),
      scopes: ['openid', 'offline_access', 'email', 'tools:read', 'tools:write'],
      conformIdTokenClaims: false,
      features: {
        devInteractions: { enabled: false },
        dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => true },
        clientCredentials: { enabled: true },
        deviceFlow: { enabled: true },
        registration: { enabled: true },
        revocation: { enabled: true },
        resourceIndicators: {
          enabled: true,
          getResourceServerInfo: (_context, resource) => ({
            scope: 'tools:read tools:write',
            audience: resource,
            accessTokenFormat: 'jwt',
            accessTokenTTL: 300,
            jwt: { sign: { alg: 'RS256' } },
          }),
        },
      },
    });
    return provider.callback();
  });
  if (provider === undefined) throw new Error('not started');
  const running: Provider = provider;
  return {
    issuer: server.origin,
    scopesOf: async (token, resource) => {
      const verified = await jwtVerify(token, publicKey, {
        issuer: server.origin,
        audience: resource,
        typ: 'at+jwt',
      }).catch(() => undefined);
      return verified === undefined ? undefined : (verified.payload['scope'] as string).split(' ');
    },
    approve: async (userCode, resource) => {
      const code = await running.DeviceCode.findByUserCode(userCode.replaceAll('-', ''));
      if (code?.clientId === undefined) throw new Error('no such code');
      const grant = new running.Grant({ accountId: 'alice', clientId: code.clientId });
      grant.addOIDCScope('openid email');
      grant.addResourceScope(resource, 'tools:read tools:write');
      Object.assign(code, {
        accountId: 'alice',
        grantId: await grant.save(),
        authTime: Math.floor(Date.now() / 1000),
        scope: String(code.params?.['scope']),
        claims: {},
        resource,
      });
      await code.save();
    },
    close: () => server.close(),
  };
}

/**
 * Starts an MCP server that accepts the tokens `scopesOf` accepts. A body that contains "write" needs
 * `tools:write`.
 *
 * @param proofs if present, the server accepts only tokens bound to a key, with their proof
 */
export function startProtectedServer(
  issuers: readonly string[],
  scopesOf: (token: string, resource: string) => Promise<readonly string[] | undefined>,
  proofs?: DpopVerification,
): Promise<{ readonly url: string; readonly tokens: string[]; close(): Promise<void> }> {
  const tokens: string[] = [];
  let url = '';
  return listenOnLoopback(0, (origin) => {
    url = `${origin}/mcp`;
    const metadata = `${origin}/.well-known/oauth-protected-resource/mcp`;
    return async (request, response) => {
      if (request.url === new URL(metadata).pathname) {
        sendJson(response, 200, {
          resource: url,
          authorization_servers: issuers,
          scopes_supported: ['tools:read'],
          ...(proofs !== undefined && { dpop_bound_access_tokens_required: true }),
        });
        return;
      }
      let body = '';
      for await (const chunk of request) body += String(chunk);
      const scheme = proofs === undefined ? 'Bearer' : 'DPoP';
      const authorization = request.headers.authorization;
      const token = authorization?.startsWith(`${scheme} `)
        ? authorization.slice(scheme.length + 1)
        : undefined;
      if (token !== undefined) tokens.push(token);
      const fault =
        token === undefined ? undefined : await proofs?.faultOf(provenRequest(request, url, token));
      if (fault !== undefined) {
        if (proofs?.nonce !== undefined) response.setHeader('DPoP-Nonce', proofs.nonce);
        response.setHeader('WWW-Authenticate', `DPoP error="${fault}"`);
        sendJson(response, 401, {});
        return;
      }
      const scopes = token === undefined ? undefined : await scopesOf(token, url);
      const needed = body.includes('write') ? 'tools:write' : 'tools:read';
      if (scopes === undefined) {
        response.setHeader('WWW-Authenticate', `${scheme} resource_metadata="${metadata}"`);
        sendJson(response, 401, {});
      } else if (!scopes.includes(needed)) {
        response.setHeader(
          'WWW-Authenticate',
          `${scheme} error="insufficient_scope", scope="${needed}", resource_metadata="${metadata}"`,
        );
        sendJson(response, 403, {});
      } else sendJson(response, 200, { jsonrpc: '2.0', id: 1, result: {} });
    };
  }).then((server) => ({ url, tokens, close: () => server.close() }));
}

function provenRequest({ method, headers }: IncomingMessage, url: string, token: string) {
  const proof = headers['dpop'];
  const { cnf } = decodeJwt<{ cnf?: { jkt?: string } }>(token);
  return {
    ...{ method: method ?? '', url, token, thumbprint: cnf?.jkt },
    proof: typeof proof === 'string' ? proof : undefined,
  };
}

/** Starts an authorization server with a scripted token endpoint and its metadata. */
export function startTokenServer(
  answer: Script,
  metadata: Readonly<Record<string, unknown>> = {},
): Promise<ScriptedServer> {
  return scriptedServer((request, origin) =>
    request.path.startsWith('/.well-known/')
      ? { body: { issuer: origin, token_endpoint: `${origin}/token`, ...metadata } }
      : answer(request, origin),
  );
}
