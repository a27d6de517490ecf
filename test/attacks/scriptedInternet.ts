import { createHash, randomUUID } from 'node:crypto';
import type { Fetch, Resolver } from '../../src/oauth/httpContext.js';

export const mcpServer = 'https://mcp.example/mcp';
export const issuer = 'https://as.example';
export const metadataOfResource = 'https://mcp.example/.well-known/oauth-protected-resource/mcp';
export const metadataOfIssuer = `${issuer}/.well-known/oauth-authorization-server`;
export const evil = 'https://evil.example';

/** What was asked for, as it left. */
export interface Asked {
  readonly url: string;
  /** Everything that was sent, to be searched for secrets. */
  readonly text: string;
  readonly form: URLSearchParams;
  /** Where a direct connection would have gone. */
  readonly addresses: readonly string[] | undefined;
}

type Answer = (asked: Asked, init: RequestInit) => Response | Promise<Response>;

/** What the honest authorization server says of itself. */
export function honestMetadata(more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    registration_endpoint: `${issuer}/register`,
    revocation_endpoint: `${issuer}/revoke`,
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    ...more,
  };
}

/**
 * An internet of one MCP server and one authorization server, both honest, in memory: no packet leaves. What an
 * attacker controls is put in the place of their answers, or at addresses of its own; and who owns a name says
 * what it resolves to.
 */
export class ScriptedInternet {
  readonly asked: Asked[] = [];
  /** What names resolve to; those that are not here are on the internet. */
  readonly names = new Map<string, readonly string[] | (() => readonly string[])>();
  readonly #answers = new Map<string, Answer>();
  /** The challenge each code was given for (RFC 7636 §4.4). */
  readonly #codes = new Map<string, string>();

  constructor() {
    const unauthorized = `Bearer resource_metadata="${metadataOfResource}"`;
    this.at(
      mcpServer,
      () => new Response(null, { status: 401, headers: { 'www-authenticate': unauthorized } }),
    );
    this.at(metadataOfResource, () =>
      Response.json({ resource: mcpServer, authorization_servers: [issuer] }),
    );
    this.at(metadataOfIssuer, () => Response.json(honestMetadata()));
    this.at(`${issuer}/register`, () => Response.json({ client_id: 'client-1' }, { status: 201 }));
    this.at(`${issuer}/token`, ({ form }) => this.#token(form));
    this.at(`${issuer}/revoke`, () => new Response(null, { status: 200 }));
  }

  at(url: string, answer: Answer): void {
    this.#answers.set(url, answer);
  }

  /** Puts a document where another may have been. */
  publish(url: string, document: unknown): void {
    this.at(url, () => Response.json(document));
  }

  redirect(url: string, location: string, status = 302): void {
    this.at(url, () => new Response(null, { status, headers: { location } }));
  }

  readonly fetch: Fetch = async (url, init, addresses) => {
    const body = init.body instanceof Uint8Array ? Buffer.from(init.body).toString() : init.body;
    const form = new URLSearchParams(typeof body === 'string' || body instanceof URLSearchParams ? body : '');
    const headers = JSON.stringify([...new Headers(init.headers)]);
    const asked = { url, text: `${url} ${headers} ${form.toString()}`, form, addresses };
    this.asked.push(asked);
    return (await this.#answers.get(url)?.(asked, init)) ?? new Response(null, { status: 404 });
  };

  readonly resolver: Resolver = {
    addressesOf: (hostname) => {
      const known = this.names.get(hostname) ?? ['203.0.113.7'];
      return Promise.resolve(typeof known === 'function' ? known() : known);
    },
  };

  /** The user consents at the honest authorization server: the callback it sends. */
  consent(authorization: URL): URLSearchParams {
    const code = `code-${randomUUID()}`;
    this.#codes.set(code, authorization.searchParams.get('code_challenge') ?? '');
    return new URLSearchParams({ code, state: authorization.searchParams.get('state') ?? '', iss: issuer });
  }

  /** How often a host was asked. */
  askedOf(host: string): number {
    return this.asked.filter(({ url }) => new URL(url).host === host).length;
  }

  #token(form: URLSearchParams): Response {
    const refused = Response.json({ error: 'invalid_grant' }, { status: 400 });
    if (form.get('grant_type') === 'authorization_code') {
      const code = form.get('code') ?? '';
      const challenge = createHash('sha256')
        .update(form.get('code_verifier') ?? '')
        .digest('base64url');
      if (this.#codes.get(code) !== challenge) return refused;
      this.#codes.delete(code);
    }
    return Response.json({ ...tokens, token_type: 'Bearer' });
  }
}

/** What nobody but the honest two may ever be sent. */
export const tokens = {
  access_token: 'victims-access-token',
  refresh_token: 'victims-refresh-token',
} as const;
