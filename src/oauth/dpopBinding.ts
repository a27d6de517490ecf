import type { AuthorizationServer } from './authorizationServerMetadata.js';
import { dpopAlgorithm, DpopKey } from './dpop.js';
import { OAuthFlowError } from './oauthFlowError.js';
import type { ProtectedResource } from './protectedResourceMetadata.js';
import { shownAddress } from './serverWords.js';
import type { BearerChallenge } from './wwwAuthenticateChallenge.js';

/** How the tokens of a sign-in are to be bound. */
export interface DpopBinding {
  readonly key: DpopKey;
  /** The resource takes no other tokens; else Bearer ones do as well (RFC 9449 §5). */
  readonly required: boolean;
}

/**
 * A new key for a sign-in, where the resource asks for bound tokens and the authorization server binds them.
 * The resource asks by its metadata or by a DPoP challenge; one beside a Bearer challenge is an offer, which
 * is taken.
 * @throws OAuthFlowError `dpopNotSupported` where the resource takes no other tokens and none can be had
 * @see RFC 9449 §5.1, §7.1, RFC 9728 §2
 */
export async function dpopBinding(o: {
  readonly challenge?: BearerChallenge;
  readonly resource: ProtectedResource;
  readonly as: AuthorizationServer;
  /** Over HTTP+SSE requests go to an address the server tells in its stream, which no proof here is for. */
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
      'which this client has no proof for over HTTP+SSE',
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
    `and ${shownAddress(whose)} does not list ${dpopAlgorithm}, the algorithm this client has for that`,
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
    `${shownAddress(resource)} takes only tokens bound to a key (DPoP), ${why}.`,
    { url: shownAddress(whose), fix, ...(field !== undefined && { field }) },
  );
}
