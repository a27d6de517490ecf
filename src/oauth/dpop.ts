import { defined } from '../base/defined.js';
import * as oauth from 'oauth4webapi';
import { discardBody } from './boundedFetch.js';
import { errorAnswer } from './jsonResponse.js';
import { Redacted } from '../base/redacted.js';
import { parseChallenges, type BearerChallenge } from './wwwAuthenticateChallenge.js';
import type { AuthorizationServer } from './authorizationServerMetadata.js';
import { OAuthFlowError } from './oauthFlowError.js';
import type { ProtectedResource } from './protectedResourceMetadata.js';
import { shownAddress } from '../base/displayText.js';

/** What proofs are signed with (RFC 7518 §3.4): the one algorithm that servers with DPoP have in common. */
const dpopAlgorithm = 'ES256';
const parameters = { name: 'ECDSA', namedCurve: 'P-256' };

/** A private key as RFC 7517 writes it, as far as {@link dpopAlgorithm} has it. */
export interface DpopJwk {
  readonly kty: 'EC';
  readonly crv: 'P-256';
  readonly x: string;
  readonly y: string;
  readonly d: string;
}

/**
 * The key that the tokens of one sign-in are bound to: a token without it is of no use to anybody. It signs a
 * proof for each request, and remembers the nonce that each origin wants in its proofs.
 * @see RFC 9449
 */
export class DpopKey {
  readonly #jwk: Redacted;
  #handle: Promise<oauth.DPoPHandle> | undefined;

  constructor(jwk: DpopJwk) {
    const { kty, crv, x, y, d } = jwk;
    this.#jwk = new Redacted(JSON.stringify({ kty, crv, x, y, d }));
  }

  static async generate(): Promise<DpopKey> {
    const { privateKey } = await oauth.generateKeyPair(dpopAlgorithm, { extractable: true });
    return new DpopKey((await crypto.subtle.exportKey('jwk', privateKey)) as DpopJwk);
  }

  /** The private key in clear, for SecretStorage and nothing else. */
  expose(): DpopJwk {
    return JSON.parse(this.#jwk.expose()) as DpopJwk;
  }

  isSameAs(other: DpopKey): boolean {
    return this.#jwk.expose() === other.#jwk.expose();
  }

  /** RFC 7638: what an authorization request names the key by, and a token its binding. */
  async thumbprint(): Promise<string> {
    return (await this.handle()).calculateThumbprint();
  }

  /** What signs in the library's requests. The private key it works with cannot be exported again. */
  handle(): Promise<oauth.DPoPHandle> {
    this.#handle ??= this.#import();
    return this.#handle;
  }

  async #import(): Promise<oauth.DPoPHandle> {
    const { d, ...publicJwk } = this.expose();
    const [privateKey, publicKey] = await Promise.all([
      crypto.subtle.importKey('jwk', { ...publicJwk, d }, parameters, false, ['sign']),
      crypto.subtle.importKey('jwk', publicJwk, parameters, true, ['verify']),
    ]);
    return oauth.DPoP({}, { privateKey, publicKey });
  }
}

/**
 * Sends a request to the authorization server, with a proof if there is a key. It is sent again once with the nonce
 * that the server requires.
 *
 * @see RFC 9449 §5, §8
 */
export async function requestWithDpop(
  key: DpopKey | undefined,
  request: (options: oauth.DPoPRequestOptions) => Promise<Response>,
): Promise<Response> {
  if (key === undefined) return request({});
  const options = { DPoP: await key.handle() };
  const answer = await request(options);
  const isNonceAsked =
    answer.headers.has('dpop-nonce') &&
    (dpopError(answer) === nonceWanted || (await errorAnswer(answer))?.error === nonceWanted);
  return isNonceAsked ? request(options) : answer;
}

/**
 * Sends a request to a protected resource with a bound token. It is sent again once if it was refused because it
 * lacked the nonce that came with the refusal.
 *
 * @param send receives the two headers that authorize the request
 * @see RFC 9449 §7.1, §9
 */
export async function resourceRequestWithDpop(
  key: DpopKey,
  request: { readonly method: string; readonly url: string; readonly accessToken: Redacted },
  send: (proof: { readonly Authorization: string; readonly DPoP: string }) => Promise<Response>,
): Promise<Response> {
  const DPoP = await key.handle();
  const attempt = async () => {
    try {
      const { method, url, accessToken } = request;
      return await oauth.protectedResourceRequest(
        accessToken.expose(),
        method,
        new URL(url),
        undefined,
        null,
        {
          DPoP,
          // eslint-disable-next-line @typescript-eslint/no-deprecated -- marked so to stand out: the configured address has been checked, and may be http on loopback.
          [oauth.allowInsecureRequests]: true,
          [oauth.customFetch]: (_url, { headers }) =>
            send({ Authorization: headers['authorization'] ?? '', DPoP: headers['dpop'] ?? '' }),
        },
      );
    } catch (error) {
      // A refusal is a response like any other, which the sender of the request evaluates.
      if (error instanceof oauth.WWWAuthenticateChallengeError) return error.response;
      throw error;
    }
  };
  const answer = await attempt();
  if (answer.status !== 401 || !answer.headers.has('dpop-nonce')) return answer;
  if (dpopError(answer, nonceWanted) !== nonceWanted) return answer;
  await discardBody(answer);
  return attempt();
}

const nonceWanted = 'use_dpop_nonce';

/** @param unsaid what a DPoP challenge without an error, or none at all, stands for */
function dpopError({ headers }: Response, unsaid?: string): string | undefined {
  const challenges = parseChallenges(headers.get('www-authenticate') ?? '');
  return challenges?.find(({ scheme }) => scheme === 'dpop')?.parameters.get('error') ?? unsaid;
}

/** How the tokens of a sign-in are to be bound. */
export interface DpopBinding {
  readonly key: DpopKey;
  /** The resource takes no other tokens; else Bearer ones do as well (RFC 9449 §5). */
  readonly required: boolean;
}

/**
 * A new key for a sign-in, if the resource requires bound tokens and the authorization server supports them. The
 * resource requires them by its metadata or by a DPoP challenge. A DPoP challenge in addition to a Bearer challenge
 * is an offer, which is accepted.
 *
 * @throws OAuthFlowError `dpopNotSupported` if the resource accepts no other tokens and the server does not support
 *   them
 * @see RFC 9449 §5.1, §7.1, RFC 9728 §2
 */
export async function dpopBinding(o: {
  readonly challenge?: BearerChallenge | undefined;
  readonly resource: ProtectedResource;
  readonly as: AuthorizationServer;
  /** With HTTP+SSE, requests go to an address that the server sends in its stream, which no proof covers. */
  readonly overHttpSse?: boolean;
}): Promise<DpopBinding | undefined> {
  const { resource, as } = o;
  const asked = o.challenge?.dpop;
  const required = resource.dpopRequired === true || asked?.alone === true;
  if (!required && asked === undefined) return undefined;
  if (o.overHttpSse === true) {
    if (!required) return undefined;
    throw notSupported(
      resource,
      'which this client does not support over HTTP+SSE',
      resource.resource,
      'Ask its administrator for its Streamable HTTP address.',
    );
  }
  const field = 'dpop_signing_alg_values_supported';
  const isTakenBy = (algorithms: readonly string[] | undefined) =>
    algorithms === undefined || algorithms.includes(dpopAlgorithm);
  const isBound = as[field]?.includes(dpopAlgorithm) === true;
  if (isBound && isTakenBy(asked?.algs) && isTakenBy(resource.dpopAlgorithms)) {
    return { key: await DpopKey.generate(), required };
  }
  if (!required) return undefined;
  const whose = isBound ? resource.resource : as.issuer;
  throw notSupported(
    resource,
    `and ${shownAddress(whose)} does not list ${dpopAlgorithm}, the algorithm that this client supports`,
    whose,
    `Ask its administrator to support DPoP with ${dpopAlgorithm}.`,
    field,
  );
}

function notSupported(
  { resource }: ProtectedResource,
  why: string,
  whose: string,
  fix: string,
  field?: string,
): OAuthFlowError {
  return new OAuthFlowError(
    'dpopNotSupported',
    `${shownAddress(resource)} accepts only tokens bound to a key (DPoP), ${why}.`,
    defined({ url: shownAddress(whose), fix, field }),
  );
}
