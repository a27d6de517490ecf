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
import { personOf, type Account, type Credential } from './credential.js';
import type { CredentialStore } from './credentialStore.js';
import type { Discovered } from './discovery.js';
import type { DirectGrantName } from './grantChoice.js';
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
  readonly pending: Pick<PendingAuthorization, 'as' | 'client' | 'resource' | 'scopes'>;
  readonly tokens: TokenSet;
  readonly account?: Account;
  /** How they were obtained, where not with a code from the browser. */
  readonly grant?: DirectGrantName;
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
  const credential: Credential = {
    id: crypto.randomUUID(),
    serverUrl: server.url,
    as: metadataOfSignIn(as),
    client,
    ...(pending.resource !== undefined && { resource: pending.resource }),
    ...accountOf(account),
    ...(received.grant !== undefined && { grant: received.grant }),
    tokens: server.isIdentityProvider === true ? received.tokens : withoutIdToken(received.tokens),
    obtainedAt: parts.clock.now(),
  };
  let replaced = await parts.credentials.reread(server.url);
  for (;;) {
    const declined = await confirmed(credential, replaced, server, parts.confirmAccountChange);
    if (declined !== undefined) return declined;
    const agreed = replaced;
    const stored = await insteadOfRefresh(parts.lock, server.url, async () => {
      if (hasEnded()) return 'ended';
      replaced = await parts.credentials.reread(server.url);
      // Somebody else has been signed in meanwhile, in another window: that is another question.
      if (replaced !== undefined && personOf(replaced) !== personOf(agreed)) return 'changed';
      await parts.credentials.put(credential);
      return 'stored';
    });
    if (stored === 'ended') return undefined;
    if (stored === 'stored') break;
  }
  parts.log.info(`${server.name}: signed in at ${new URL(as.issuer).host}.`);
  const { warnings } = found.resource;
  for (const warning of warnings) parts.log.warn(`${server.name}: ${warning}`);
  const notGranted = pending.scopes.filter(
    (scope) => !credential.tokens.scopes.includes(scope) && !isSessionScope(scope),
  );
  return { kind: 'signedIn', credential, warnings, notGranted };
}

/** Who signed in has been read from it. */
function withoutIdToken({ idToken, ...tokens }: TokenSet): TokenSet {
  return tokens;
}

/** @returns the person's no, where another sign-in would be replaced */
async function confirmed(
  next: Credential,
  replaced: Credential | undefined,
  server: ServerConfig,
  confirm: ConfirmAccountChange,
): Promise<SignInOutcome | undefined> {
  if (replaced === undefined) return undefined;
  const from = signedInAs(replaced);
  const to = signedInAs(next);
  if (!isAccountChange(from, to)) return undefined;
  const words = accountChangeWords(from, to);
  if (await confirm(server, words.from, words.to)) return undefined;
  return {
    kind: 'declined',
    by: 'person',
    detail: `The browser signed in ${words.to}, and ${words.from} was kept.`,
  };
}

function signedInAs({ as, account }: Credential): SignedInAs {
  return { issuer: identifierOf(as), ...accountOf(account) };
}

function accountOf(account: Account | undefined): { readonly account?: Account } {
  return account === undefined ? {} : { account };
}
