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
}): Promise<DpopBinding | undefined> {
  const { resource, as } = o;
  const asked = o.challenge?.dpop;
  const required = resource.dpopRequired === true || asked?.alone === true;
  if (!required && asked === undefined) return undefined;
  const field = 'dpop_signing_alg_values_supported';
  const isTakenBy = (algorithms: readonly string[] | undefined) =>
    algorithms === undefined || algorithms.includes(dpopAlgorithm);
  const isBound = as[field]?.includes(dpopAlgorithm) === true;
  if (isBound && isTakenBy(asked?.algs) && isTakenBy(resource.dpopAlgorithms)) {
    return { key: await DpopKey.generate(), required };
  }
  if (!required) return undefined;
  const [whose, who] = isBound
    ? [resource.resource, shownAddress(resource.resource)]
    : [as.issuer, shownAddress(as.issuer)];
  throw new OAuthFlowError(
    'dpopNotSupported',
    `${shownAddress(resource.resource)} takes only tokens bound to a key (DPoP), and ${who} does not list ` +
      `${dpopAlgorithm}, the algorithm this client has for that.`,
    {
      url: shownAddress(whose),
      field,
      fix: `Ask its administrator to support DPoP with ${dpopAlgorithm}.`,
    },
  );
}
