import { identifierOf } from '../../oauth/authorizationServerMetadata.js';
import type { Network } from '../../oauth/httpContext.js';
import { onWordOf } from '../../oauth/networkReach.js';
import { revokeTokens } from '../../oauth/tokenRevocation.js';
import type { Credential } from '../accounts/credential.js';
import type { CredentialStore } from '../accounts/credentialStore.js';
import { errorName } from '../errorName.js';
import type { ReceivedTokens } from './keepSignIn.js';
import type { Log } from '../ports.js';

/**
 * Revokes tokens that were received and not stored: the person said no, or had given up meanwhile (RFC 7009).
 * Best effort, and not where a sign-in that is kept may rest on the same grant, which could end with them
 * (RFC 7009 §2.1). Never rejects.
 */
export async function revokeUnkept(
  received: Omit<ReceivedTokens, 'found'>,
  parts: {
    readonly credentials: CredentialStore;
    readonly log: Log;
    readonly http: Network;
  },
): Promise<void> {
  const { server, pending, tokens } = received;
  try {
    await parts.credentials.reread(server.url);
    const kept = await parts.credentials.all(server.url);
    if (kept.some((one) => mayShareGrant(one, received))) return;
    await revokeTokens({ ...pending, tokens }, { ...parts.http, ...onWordOf(server.url) });
    parts.log.info(
      `${server.name}: the tokens of a sign-in that was not kept were revoked where that can be.`,
    );
  } catch (error) {
    parts.log.warn(`${server.name}: tokens that were not kept could not be revoked (${errorName(error)}).`);
  }
}

/** A grant is of one person to one client; who is not known may be the same person. */
function mayShareGrant(
  present: Credential,
  { pending, tokens, account }: Omit<ReceivedTokens, 'found'>,
): boolean {
  if (identifierOf(present.as) !== identifierOf(pending.as)) return false;
  const received = account?.id ?? tokens.idTokenClaims?.sub;
  const held = present.account?.id;
  return received === undefined || held === undefined || received === held;
}
