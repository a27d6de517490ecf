import type { Fetch } from '../../src/oauth/httpContext.js';

export type User = 'alice' | 'bob';

interface Grant {
  readonly user: User;
  readonly scope: string;
  isRevoked: boolean;
}

const TOKEN_LIFETIME_S = 300;

/**
 * A protected server and its authorization server, on no network. Refresh tokens rotate, and one that is sent twice
 * ends the whole grant, as OAuth 2.1 §4.3.1 wants.
 */
export class ModelServer {
  readonly url = 'https://mcp.example/mcp';
  /** How often a refresh token was sent that had been used before. */
  reuses = 0;
  refreshes = 0;
  /** It takes a refresh token again for a while, as some do for clients whose network is bad. */
  allowsReuse = false;
  /** It refuses a refresh token that was used, and keeps the grant. */
  refusesReuseAlone = false;
  /** It takes no notice of revocations. */
  keepsRevokedGrants = false;
  /** Called while a refresh is under way, before it is responded to. */
  onRefresh: () => Promise<void> = () => Promise.resolve();
  readonly #access = new Map<string, { readonly grant: Grant; readonly expiresAt: number }>();
  readonly #refresh = new Map<string, { readonly grant: Grant; isUsed: boolean }>();
  readonly #devices = new Map<string, User | undefined>();
  #count = 0;

  constructor(private readonly now: () => number) {}

  /** The user enters the code in a browser somewhere and signs in. */
  approve(userCode: string, user: User): void {
    this.#devices.set(`device-${userCode}`, user);
  }

  /** Whether the server would take this access token now. */
  honors(accessToken: string): boolean {
    const found = this.#access.get(accessToken);
    return found !== undefined && !found.grant.isRevoked && this.now() < found.expiresAt;
  }

  /** Grants that some token could still be used with. */
  get living(): readonly User[] {
    const grants = new Set([...this.#refresh.values()].map(({ grant }) => grant));
    return [...grants].filter(({ isRevoked }) => !isRevoked).map(({ user }) => user);
  }

  readonly fetch: Fetch = async (input, init) => {
    const { pathname, origin } = new URL(input);
    const form = new URLSearchParams(init.body instanceof URLSearchParams ? init.body : '');
    if (origin === 'https://mcp.example') return this.#resource(pathname, new Headers(init.headers));
    switch (pathname) {
      case '/.well-known/oauth-authorization-server':
        return json(metadata);
      case '/register':
        return json({ client_id: `client-${++this.#count}`, token_endpoint_auth_method: 'none' }, 201);
      case '/device': {
        const userCode = `CODE${++this.#count}`;
        this.#devices.set(`device-${userCode}`, undefined);
        const page = 'https://login.example/enter';
        return json({ device_code: `device-${userCode}`, user_code: userCode, verification_uri: page, expires_in: 600, interval: 1 }); // prettier-ignore
      }
      case '/token':
        return form.get('grant_type') === 'refresh_token' ? this.#renew(form) : this.#begin(form);
      case '/revoke':
        this.#revoke(form.get('token') ?? '');
        return new Response(null, { status: 200 });
      case '/userinfo': {
        const token = new Headers(init.headers).get('authorization')?.replace('Bearer ', '') ?? '';
        const user = this.#access.get(token)?.grant.user;
        return json({ sub: user, email: `${String(user)}@example.org` });
      }
      default:
        return new Response(null, { status: 404 });
    }
  };

  #resource(pathname: string, headers: Headers): Response {
    if (pathname.startsWith('/.well-known/oauth-protected-resource'))
      return json({ resource: this.url, authorization_servers: ['https://login.example'] });
    const token = headers.get('authorization')?.replace('Bearer ', '') ?? '';
    if (this.honors(token)) return json({ jsonrpc: '2.0', id: 0, result: {} });
    const challenge =
      'Bearer resource_metadata="https://mcp.example/.well-known/oauth-protected-resource/mcp"';
    return new Response(null, { status: 401, headers: { 'www-authenticate': challenge } });
  }

  #begin(form: URLSearchParams): Response {
    const device = form.get('device_code') ?? '';
    const user = this.#devices.get(device);
    if (user === undefined) return json({ error: 'authorization_pending' }, 400);
    this.#devices.delete(device);
    return this.#issue({ user, scope: 'openid tools', isRevoked: false });
  }

  async #renew(form: URLSearchParams): Promise<Response> {
    await this.onRefresh();
    const found = this.#refresh.get(form.get('refresh_token') ?? '');
    if (found?.isUsed === true && !this.allowsReuse) {
      if (this.refusesReuseAlone) return json({ error: 'invalid_grant' }, 400);
      this.reuses++;
      found.grant.isRevoked = true;
    }
    if (found === undefined || found.grant.isRevoked) return json({ error: 'invalid_grant' }, 400);
    found.isUsed = true;
    this.refreshes++;
    return this.#issue(found.grant);
  }

  #issue(grant: Grant): Response {
    const [access, refresh] = [`access-${++this.#count}`, `refresh-${++this.#count}`];
    this.#access.set(access, { grant, expiresAt: this.now() + TOKEN_LIFETIME_S * 1000 });
    this.#refresh.set(refresh, { grant, isUsed: false });
    const { scope } = grant;
    return json({ access_token: access, refresh_token: refresh, token_type: 'Bearer', expires_in: TOKEN_LIFETIME_S, scope }); // prettier-ignore
  }

  #revoke(token: string): void {
    const found = this.#refresh.get(token) ?? this.#access.get(token);
    if (found !== undefined && !this.keepsRevokedGrants) found.grant.isRevoked = true;
  }
}

const metadata = {
  issuer: 'https://login.example',
  authorization_endpoint: 'https://login.example/authorize',
  token_endpoint: 'https://login.example/token',
  device_authorization_endpoint: 'https://login.example/device',
  registration_endpoint: 'https://login.example/register',
  revocation_endpoint: 'https://login.example/revoke',
  userinfo_endpoint: 'https://login.example/userinfo',
  code_challenge_methods_supported: ['S256'],
  response_types_supported: ['code'],
  token_endpoint_auth_methods_supported: ['none'],
  revocation_endpoint_auth_methods_supported: ['none'],
  scopes_supported: ['openid', 'tools'],
};

function json(body: object, status = 200): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
}
