import { identifierOf, metadataOfSignIn } from '../oauth/authorizationServerMetadata.js';
import type { PendingAuthorization } from '../oauth/authorizationRequest.js';
import { isSessionScope } from '../oauth/scopeSelection.js';
import type { TokenSet } from '../oauth/tokenSet.js';
import {
  accountChangeWords,
  isAccountChange,
  type ConfirmAccountChange,
  type SignedInAs,
} from './accountChange.js';
import type { Account, Credential } from './credential.js';
import type { CredentialStore } from './credentialStore.js';
import type { Discovered } from './discovery.js';
import type { Clock, Lock, Log } from './ports.js';
import { insteadOfRefresh } from './refreshLock.js';
import type { ServerConfig } from './serverSettings.js';
import type { SignInOutcome } from './signInOutcome.js';

/** What it takes to keep a sign-in. */
export interface KeepingParts {
  readonly credentials: CredentialStore;
  /** The one that refreshes take. */
  readonly lock: Lock;
  readonly clock: Clock;
  readonly log: Log;
  readonly confirmAccountChange: ConfirmAccountChange;
}

/** What the browser and the token endpoint gave, before anything of it is stored. */
export interface ReceivedTokens {
  readonly server: ServerConfig;
  readonly found: Pick<Discovered, 'resource'>;
  readonly pending: PendingAuthorization;
  readonly tokens: TokenSet;
  readonly account?: Account;
}

/**
 * Stores a sign-in, after the person has agreed where it takes another's place, and under the refresh's lock:
 * a refresh of the sign-in before it could otherwise be stored over it, and a sign-out be undone by it.
 *
 * @param hasEnded whether the attempt was given up meanwhile; then nothing is stored
 * @returns undefined where it was given up
 */
export async function keepSignIn(
  received: ReceivedTokens,
  parts: KeepingParts,
  hasEnded: () => boolean,
): Promise<SignInOutcome | undefined> {
  const { server, found, pending, account } = received;
  const { as, client } = pending;
  const before = await parts.credentials.get(server.url);
  if (before !== undefined) {
    const from: SignedInAs = { issuer: identifierOf(before.as), ...accountOf(before.account) };
    const to: SignedInAs = { issuer: identifierOf(as), ...accountOf(account) };
    const words = accountChangeWords(from, to);
    const isAsked = isAccountChange(from, to);
    if (isAsked && !(await parts.confirmAccountChange(server, words.from, words.to))) {
      return {
        kind: 'declined',
        by: 'person',
        detail: `The browser signed in ${words.to}, and ${words.from} was kept.`,
      };
    }
  }
  const credential: Credential = {
    id: crypto.randomUUID(),
    serverUrl: server.url,
    as: metadataOfSignIn(as),
    client,
    ...(pending.resource !== undefined && { resource: pending.resource }),
    ...accountOf(account),
    tokens: received.tokens,
    obtainedAt: parts.clock.now(),
  };
  const isStored = await insteadOfRefresh(parts.lock, server.url, async () => {
    if (hasEnded()) return false;
    await parts.credentials.put(credential);
    return true;
  });
  if (!isStored) return undefined;
  parts.log.info(`${server.name}: signed in at ${new URL(as.issuer).host}.`);
  const { warnings } = found.resource;
  for (const warning of warnings) parts.log.warn(`${server.name}: ${warning}`);
  const notGranted = pending.scopes.filter(
    (scope) => !credential.tokens.scopes.includes(scope) && !isSessionScope(scope),
  );
  return { kind: 'signedIn', credential, warnings, notGranted };
}

function accountOf(account: Account | undefined): { readonly account?: Account } {
  return account === undefined ? {} : { account };
}
