import { createHash, randomBytes } from 'node:crypto';
import { preRegisteredClientId, type DemoAuthorizationServer } from './authorizationServer.js';
import type { DemoUser } from './people.js';
import { signInAsUser, type SignInAnswers } from './user.js';

export interface TokenAnswer {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly expires_in: number;
  readonly scope: string;
  readonly id_token?: string;
}

export interface CodeFlowRequest {
  readonly authorizationServer: DemoAuthorizationServer;
  readonly user: Pick<DemoUser, 'email' | 'password'>;
  readonly resource: string;
  readonly scopes: readonly string[];
  readonly consent?: SignInAnswers['consent'];
  readonly browser?: SignInAnswers['browser'];
  /** OpenID Connect's `prompt`. */
  readonly prompt?: string;
  readonly through?: SignInAnswers['through'];
  readonly tamper?: SignInAnswers['tamper'];
}

const redirectUri = 'http://127.0.0.1:4711/callback';

/**
 * Runs the authorization code flow with PKCE as the pre-registered client, in plain `fetch`. Tests of the
 * demo world use it because it is independent of the code under test.
 *
 * @returns the authorization response, and `redeem`, which exchanges its code
 */
export async function authorize(request: CodeFlowRequest): Promise<{
  response: URLSearchParams;
  redeem: (changes?: Record<string, string>) => Promise<Response>;
}> {
  const { authorizationServer, user, resource, scopes, consent = 'allow', prompt } = request;
  const verifier = randomBytes(32).toString('base64url');
  const url = new URL(`${authorizationServer.issuer}/auth`);
  url.search = new URLSearchParams({
    client_id: preRegisteredClientId,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: scopes.join(' '),
    resource,
    ...(prompt !== undefined && { prompt }),
    state: 'state-of-this-request',
    code_challenge_method: 'S256',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
  }).toString();
  const { email, password } = user;
  const { browser, through, tamper } = request;
  const back = await signInAsUser(url, {
    email,
    password,
    consent,
    ...(browser && { browser }),
    ...(through !== undefined && { through }),
    ...(tamper && { tamper }),
  });
  const response = back.searchParams;
  const redeem = (changes: Record<string, string> = {}) =>
    tokenRequest(authorizationServer, {
      grant_type: 'authorization_code',
      code: response.get('code') ?? '',
      redirect_uri: redirectUri,
      code_verifier: verifier,
      resource,
      ...changes,
    });
  return { response, redeem };
}

/** Signs in and returns the tokens. */
export async function signInForTokens(request: CodeFlowRequest): Promise<TokenAnswer> {
  const { redeem } = await authorize(request);
  return (await (await redeem()).json()) as TokenAnswer;
}

/** Sends a request to the token endpoint as the pre-registered client. */
export function tokenRequest(
  authorizationServer: DemoAuthorizationServer,
  parameters: Record<string, string>,
): Promise<Response> {
  const body = new URLSearchParams({ client_id: preRegisteredClientId, ...parameters });
  return fetch(`${authorizationServer.issuer}/token`, { method: 'POST', body });
}
