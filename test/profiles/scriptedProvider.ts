import { createHash, randomUUID } from 'node:crypto';
import type { ScriptedAnswer } from '../oauth/scriptedServer.js';
import type { AskedRequest } from './mappedNetwork.js';
import type { Issued, ProviderDescription, Refusal } from './providerDescription.js';
import { standardAnswer, standardRefusal } from './standardTokenAnswers.js';

/** What a user consented to. */
interface Grant {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly challenge: string;
  readonly scopes: readonly string[];
  readonly isForServer: boolean;
  readonly refreshable: boolean;
  readonly nonce?: string;
  ended: boolean;
}

/** An authorization server, and the MCP server its tokens are for, that answer as a description says. */
export class ScriptedProvider {
  readonly requests: AskedRequest[] = [];
  /** What the user answers on the consent page. */
  isDenied = false;
  /** What it answers to any registration, where it refuses them. */
  registrationPolicy: ScriptedAnswer | undefined;
  /** Seconds since the epoch; 0 for never (RFC 7591 §3.2.1). */
  #secretExpiry = 0;
  readonly #redirects = new Map<string, readonly string[]>();
  readonly #codes = new Map<string, Grant>();
  /** What the user has consented to on the page for codes. */
  readonly #deviceCodes = new Map<string, Grant>();
  readonly #accessTokens = new Map<string, Grant>();
  /** Of access tokens, milliseconds since the epoch. */
  readonly #expiry = new Map<string, number>();
  readonly #refreshTokens = new Map<string, Grant>();
  readonly #usedRefreshTokens = new Map<string, Grant>();

  /** @param now milliseconds since the epoch */
  constructor(
    private readonly description: ProviderDescription,
    private readonly now: () => number,
  ) {}

  get hosts(): readonly string[] {
    const { server, metadata, endpoints, protectedResource } = this.description;
    const named = [server, ...Object.keys(metadata), ...Object.values(endpoints)];
    return [...named, ...protectedResource.authorization_servers].map((url) => new URL(url).host);
  }

  /** Everything the user consented to is taken back. */
  endGrants(): void {
    for (const grant of [...this.#accessTokens.values(), ...this.#refreshTokens.values()]) grant.ended = true;
  }

  /** Requests to one of its endpoints, oldest first. */
  asked(endpoint: keyof ProviderDescription['endpoints']): readonly AskedRequest[] {
    const at = this.description.endpoints[endpoint];
    return this.requests.filter(({ url }) => addressOf(url) === at);
  }

  readonly answer = (request: AskedRequest): ScriptedAnswer | undefined => {
    this.requests.push(request);
    const { server, metadata, endpoints, protectedResource } = this.description;
    const address = addressOf(request.url);
    if (address === server) return this.#mcp(request);
    if (address === protectedResourceMetadata(server)) return { body: protectedResource };
    if (metadata[address] !== undefined) return { body: metadata[address] };
    switch (address) {
      case endpoints.registration:
        return this.registrationPolicy ?? this.#register(request);
      case endpoints.authorization:
        return this.#authorize(request.url.searchParams);
      case endpoints.token:
        return this.#token(request);
      case endpoints.device:
        return this.#device(request.form);
      case endpoints.revocation:
        return this.#revoke(request);
      default:
        return undefined;
    }
  };

  #mcp({ headers }: AskedRequest): ScriptedAnswer {
    const token = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
    const lives = token !== undefined && this.now() < (this.#expiry.get(token) ?? 0);
    const grant = lives ? this.#accessTokens.get(token) : undefined;
    if (grant?.ended === false && grant.isForServer) return { body: { jsonrpc: '2.0', id: 0, result: {} } };
    const metadata = protectedResourceMetadata(this.description.server);
    return { status: 401, headers: { 'www-authenticate': `Bearer resource_metadata="${metadata}"` } };
  }

  #register({ body }: AskedRequest): ScriptedAnswer {
    const asked = JSON.parse(body) as { redirect_uris: string[] };
    if (!asked.redirect_uris.every((uri) => this.description.takesRedirect(new URL(uri)))) {
      const error_description = 'A redirect URI is not allowed.';
      return { status: 400, body: { error: 'invalid_redirect_uri', error_description } };
    }
    const clientId = `registered-${this.#redirects.size + 1}`;
    const { registeredSecretLifetime: lifetime } = this.description;
    if (lifetime !== undefined) this.#secretExpiry = Math.floor(this.now() / 1000) + lifetime;
    this.#redirects.set(clientId, asked.redirect_uris);
    const method = this.description.clientAuthentication;
    return {
      status: 201,
      body: {
        client_id: clientId,
        redirect_uris: asked.redirect_uris,
        token_endpoint_auth_method: method,
        ...(method !== 'none' && {
          client_secret: 'a registered secret',
          client_secret_expires_at: this.#secretExpiry,
        }),
      },
    };
  }

  /** The user consents at once. */
  #authorize(request: URLSearchParams): ScriptedAnswer {
    const description = this.description;
    const clientId = request.get('client_id') ?? '';
    const redirectUri = request.get('redirect_uri') ?? '';
    const registered = this.#redirects.get(clientId);
    if (registered === undefined && clientId !== description.client?.id)
      return { status: 400, body: 'The client is not known.' };
    if (registered?.includes(redirectUri) === false || !description.takesRedirect(new URL(redirectUri)))
      return { status: 400, body: `The redirect URI ${redirectUri} is not one of the client’s.` };
    const answer = new URL(redirectUri);
    answer.searchParams.set('state', request.get('state') ?? '');
    if (description.authorizationIssuer !== undefined)
      answer.searchParams.set('iss', description.authorizationIssuer);
    const fault =
      request.get('response_type') !== 'code' || request.get('code_challenge_method') !== 'S256'
        ? { error: 'invalid_request', description: 'code with S256 is required' }
        : (description.authorizationFault?.(request) ?? this.#denial());
    if (fault !== undefined) {
      answer.searchParams.set('error', fault.error);
      answer.searchParams.set('error_description', fault.description);
      return { status: 302, headers: { location: answer.href } };
    }
    const code = randomUUID();
    const nonce = request.get('nonce');
    this.#codes.set(code, {
      clientId,
      redirectUri,
      challenge: request.get('code_challenge') ?? '',
      scopes: (request.get('scope') ?? '').split(' ').filter((scope) => scope !== ''),
      isForServer: description.isForServer?.(request) ?? true,
      refreshable: description.givesRefreshToken(request),
      ...(nonce !== null && { nonce }),
      ended: false,
    });
    answer.searchParams.set('code', code);
    return { status: 302, headers: { location: answer.href } };
  }

  /** The user enters the code and consents at once. */
  #device(request: URLSearchParams): ScriptedAnswer {
    const code = randomUUID();
    this.#deviceCodes.set(code, {
      ...{ clientId: request.get('client_id') ?? '', redirectUri: '', challenge: '', ended: false },
      scopes: (request.get('scope') ?? '').split(' ').filter((scope) => scope !== ''),
      isForServer: this.description.isForServer?.(request) ?? true,
      refreshable: this.description.givesRefreshToken(request),
    });
    const page = new URL('/device', this.description.endpoints.device).href;
    const answer = { device_code: code, user_code: 'WDJB-MJHT', verification_uri: page };
    return { body: { ...answer, expires_in: 900, interval: 5 } };
  }

  #denial(): Refusal | undefined {
    return this.isDenied ? { error: 'access_denied', description: 'The user said no' } : undefined;
  }

  #token(request: AskedRequest): ScriptedAnswer {
    const given = this.#given(request);
    if ('error' in given) return this.description.refusalAnswer?.(given, request) ?? standardRefusal(given);
    return this.description.tokenAnswer?.(given, request) ?? standardAnswer(given);
  }

  #given(request: AskedRequest): Issued | Refusal {
    const { form } = request;
    const fault = this.#clientFault(request) ?? this.description.tokenFault?.(form);
    if (fault !== undefined) return fault;
    if (form.get('grant_type') === 'refresh_token') return this.#refresh(form.get('refresh_token') ?? '');
    const deviceCode = form.get('device_code');
    if (deviceCode !== null) return this.#byDeviceCode(deviceCode);
    const code = form.get('code') ?? '';
    const grant = this.#codes.get(code);
    this.#codes.delete(code);
    const proof = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (grant?.challenge !== proof || grant.redirectUri !== form.get('redirect_uri')) {
      return { error: 'invalid_grant', description: 'The code is not good.' };
    }
    return this.#issue(grant, grant.refreshable ? this.#refreshToken(grant) : undefined);
  }

  #byDeviceCode(code: string): Issued | Refusal {
    const grant = this.#deviceCodes.get(code);
    this.#deviceCodes.delete(code);
    if (grant === undefined) return { error: 'invalid_grant', description: 'The code is not good.' };
    return this.#issue(grant, grant.refreshable ? this.#refreshToken(grant) : undefined);
  }

  #refresh(token: string): Issued | Refusal {
    const used = this.#usedRefreshTokens.get(token);
    if (used !== undefined && this.description.usedRefreshToken === 'endsTheGrantWhenUsedAgain') {
      used.ended = true;
    }
    const grant = this.#refreshTokens.get(token);
    if (grant === undefined || grant.ended) {
      return { error: 'invalid_grant', description: 'The refresh token is not good.' };
    }
    if (this.description.usedRefreshToken === 'stays') return this.#issue(grant, undefined);
    this.#refreshTokens.delete(token);
    this.#usedRefreshTokens.set(token, grant);
    return this.#issue(grant, this.#refreshToken(grant));
  }

  #refreshToken(grant: Grant): string {
    const token = `refresh-${randomUUID()}`;
    this.#refreshTokens.set(token, grant);
    return token;
  }

  #issue(grant: Grant, refreshToken: string | undefined): Issued {
    const { lifetime, idTokenIssuer } = this.description;
    const accessToken = `access-${randomUUID()}`;
    this.#accessTokens.set(accessToken, grant);
    this.#expiry.set(accessToken, this.now() + (lifetime ?? Infinity) * 1000);
    const idToken =
      idTokenIssuer !== undefined && grant.scopes.includes('openid')
        ? this.#idToken(idTokenIssuer, grant)
        : undefined;
    return {
      accessToken,
      ...(refreshToken !== undefined && { refreshToken }),
      ...(idToken !== undefined && { idToken }),
      scopes: grant.scopes,
      ...(lifetime !== undefined && { lifetime }),
    };
  }

  /** Unsigned in effect: it comes from the token endpoint itself (OpenID Connect Core §3.1.3.7). */
  #idToken(issuer: string, { clientId, nonce }: Grant): string {
    const at = Math.floor(this.now() / 1000);
    const claims = { sub: 'alice', email: 'alice@example.org', tid: tenant, aud: clientId };
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const times = { iat: at, exp: at + 3600 };
    return `${part({ alg: 'RS256' })}.${part({ iss: issuer, ...claims, ...times, nonce })}.c2ln`;
  }

  #clientFault({ headers, form }: AskedRequest): Refusal | undefined {
    const { client, clientAuthentication } = this.description;
    const registered = this.#redirects.has(form.get('client_id') ?? '') || client === undefined;
    const secret = registered ? 'a registered secret' : client.secret;
    const fault = { error: 'invalid_client', description: 'client_secret is missing or wrong' };
    if (this.#secretExpiry > 0 && this.now() >= this.#secretExpiry * 1000) return fault;
    switch (clientAuthentication) {
      case 'none':
        return form.has('client_id') ? undefined : fault;
      case 'client_secret_post':
        return form.get('client_secret') === secret ? undefined : fault;
      default: {
        const [scheme, value = ''] = (headers.authorization ?? '').split(' ');
        const given = Buffer.from(value, 'base64').toString().split(':')[1] ?? '';
        return scheme === 'Basic' && decodeURIComponent(given.replaceAll('+', ' ')) === secret
          ? undefined
          : fault;
      }
    }
  }

  #revoke(request: AskedRequest): ScriptedAnswer {
    const fault = this.#clientFault(request);
    if (fault !== undefined) return { status: 401, body: { error: fault.error } };
    const token = request.form.get('token') ?? '';
    const refreshed = this.#refreshTokens.get(token);
    if (refreshed !== undefined) {
      refreshed.ended = true;
      return { status: 200, body: '' };
    }
    if (this.description.accessTokenRevocation !== undefined) return this.description.accessTokenRevocation;
    this.#accessTokens.delete(token);
    return { status: 200, body: '' };
  }
}

/** The directory of the user's organization, where a provider has such. */
export const tenant = '0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0';

function protectedResourceMetadata(server: string): string {
  const { origin, pathname } = new URL(server);
  return `${origin}/.well-known/oauth-protected-resource${pathname}`;
}

function addressOf(url: URL): string {
  return url.origin + url.pathname;
}
