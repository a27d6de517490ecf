import assert from 'node:assert/strict';

/** An authorization server's response to a registration (RFC 7591 §3.2.1). */
export interface RegisteredClient {
  readonly client_id: string;
  readonly client_secret: string;
}

/** Registers the confidential client that a proxy at `origin` uses at the demo's authorization server. */
export async function registerUpstreamClient(issuer: string, origin: string): Promise<RegisteredClient> {
  const response = await fetch(`${issuer}/reg`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: 'OAuth proxy',
      redirect_uris: [`${origin}/oauth/callback`],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_basic',
    }),
  });
  assert.equal(response.status, 201, await response.clone().text());
  return (await response.json()) as RegisteredClient;
}
