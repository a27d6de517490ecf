import { defined } from '../../base/defined.js';
import { metadataOfSignIn, type AuthorizationServer } from '../../oauth/authorizationServerMetadata.js';
import type { OAuthClient } from '../../oauth/oauthClient.js';
import type { ProtectedResource } from '../../oauth/protectedResourceMetadata.js';
import { isSessionScope } from '../../oauth/scopes.js';
import type { TokenSet } from '../../oauth/tokenSet.js';
import {
  accountChangeTexts,
  possiblyRenewed,
  replacedBy,
  type AccountAnswer,
  type AskWhoseSignIn,
  type ConfirmAccountChange,
  type UnnamedAnswer,
} from '../accounts/accountChoice.js';
import type { DirectGrantName } from '../settings/grant.js';
import type { Clock } from '../../base/clock.js';
import type { Log } from '../../base/log.js';
import type { Lock } from '../../base/storage.js';
import type { UseHere } from '../tokens/useHere.js';
import { accountsLock, tokenLock, underLock } from '../accounts/tokenLocks.js';
import type { ServerConfig } from '../settings/serverSettings.js';
import { declinedByUser, type SignInIntent, type SignInOutcome } from './signIn.js';
import type { GivenName } from '../accounts/accountNames.js';
import { accountNameFault, defaultAccountName, lacksName } from '../accounts/accountNaming.js';
import {
  isOwnOf,
  placeOf,
  accountKeyOf,
  actorOf,
  accountLabel,
  type Account,
  type Credential,
} from '../accounts/credential.js';
import type { CredentialStore } from '../accounts/credentialStore.js';

/** What it takes to keep a sign-in. */
export interface KeepingParts extends NamingParts {
  /** The one that refreshes take. */
  readonly lock: Lock;
  readonly clock: Clock;
  readonly log: Log;
  readonly confirmAccountChange: ConfirmAccountChange;
  /** If it is absent, a sign-in that identifies no user renews the account it was begun for. */
  readonly askWhoseSignIn?: AskWhoseSignIn | undefined;
  /** Remembers that the sign-in was made on this machine; absent if that makes no difference. */
  readonly use?: UseHere | undefined;
}

/** What was requested, from which server, and for which account. */
interface RequestedSignIn {
  readonly as: AuthorizationServer;
  readonly client: OAuthClient;
  readonly resource?: string | undefined;
  readonly scopes: readonly string[];
}

/** What the browser and the token endpoint gave, before anything of it is stored. */
export interface UnstoredTokens {
  readonly server: ServerConfig;
  readonly pending: RequestedSignIn;
  readonly tokens: TokenSet;
  readonly account?: Account;
}

/** The same with what it takes to store them. */
export interface ReceivedTokens extends UnstoredTokens {
  readonly found: { readonly resource: ProtectedResource };
  /** How the tokens were obtained, if not with a code from the browser. */
  readonly grant?: DirectGrantName;
  /** The account or agent that the sign-in was begun for. */
  readonly intended?: SignInIntent;
}

/** How keeping a sign-in ended. */
export interface KeptSignIn {
  readonly outcome: SignInOutcome;
  /** The credential that it has replaced. */
  readonly replaced?: Credential | undefined;
}

/**
 * Stores a sign-in in place of an earlier one of the same account, or as a further account, after the user has chosen
 * which one is used if that is a question. It holds the locks of a refresh and of a sign-out, because either could
 * otherwise undo it or be undone.
 *
 * @param hasEnded whether the attempt was cancelled in the meantime; then nothing is stored
 * @returns undefined if it was cancelled
 */
export async function storeCredential(
  received: ReceivedTokens,
  parts: KeepingParts,
  hasEnded: () => boolean,
): Promise<KeptSignIn | undefined> {
  const { found, pending, intended } = received;
  const { credentials, lock, log } = parts;
  const server = placeOf(received.server, intended?.forAgent);
  const fresh = credentialOf({ ...received, server }, parts.clock.now());
  let present = await credentials.reread(server.url);
  const whose = await whoseSignIn({ ...received, server }, fresh, present, parts);
  if (whose === 'neither') return { outcome: declined(fresh, present) };
  const ofAccount = whose === 'another' ? fresh : { ...fresh, unnamedId: whose.renews };
  const before = replacedBy(ofAccount, await credentials.all(server.url), present);
  const { credential, given } = await withName(server, ofAccount, before, parts);
  const key = accountKeyOf(credential);
  for (;;) {
    const agreed = present;
    const isAnother =
      whose === 'another' && possiblyRenewed(fresh, await credentials.all(server.url)).length > 0;
    const answer = isAnother ? 'new' : await whoIsUsed({ ...received, server }, credential, present, parts);
    if (answer === 'neither') return { outcome: declined(credential, agreed) };
    const store = () =>
      underLock(lock, accountsLock(server.url), async () => {
        present = await credentials.reread(server.url);
        const replaced = replacedBy(credential, await credentials.all(server.url), present);
        const tokens = tokenLock(server.url, replaced === undefined ? key : accountKeyOf(replaced));
        return underLock(lock, tokens, async () => {
          if (hasEnded()) return 'ended';
          const refused = await refusedForAgent(received, credential, parts);
          if (refused !== undefined) return { refused };
          present = await credentials.reread(server.url);
          // Somebody else is used meanwhile, by an act in another window: that is another question.
          if (present !== undefined && actorOf(present) !== actorOf(agreed)) return 'changed';
          // This comes first, so that no call uses the account that was signed in last.
          if (answer === 'present' && agreed !== undefined)
            await credentials.use(server.url, accountKeyOf(agreed));
          await parts.use?.made(credential);
          // First, so that the account is never shown without its name.
          if (given !== undefined)
            await credentials.rename(server.url, key, { ...given, at: parts.clock.now() });
          await credentials.put(credential, replaced);
          return { replaced };
        });
      });
    // A sign-out of the user that the agent acts as has either ended or will find what is stored here.
    const stored =
      intended?.forAgent === undefined
        ? await store()
        : await underLock(lock, accountsLock(received.server.url), store);
    if (stored === 'ended') return undefined;
    if (stored === 'changed') continue;
    if ('refused' in stored) return { outcome: stored.refused };
    if (answer === 'new') await credentials.use(server.url, key);
    log.info(`${server.name}: signed in at ${new URL(pending.as.issuer).host}.`);
    const { warnings } = found.resource;
    for (const warning of warnings) log.warn(`${server.name}: ${warning}`);
    const beside =
      answer === 'present' && agreed !== undefined ? accountChangeTexts(agreed, credential).from : undefined;
    const outcome: SignInOutcome = {
      ...{ kind: 'signedIn', credential, warnings, notGranted: notGranted(pending.scopes, credential) },
      beside,
      hasDefaultName: given?.isDefault,
    };
    return { outcome, replaced: stored.replaced };
  }
}

/**
 * Why an agent's sign-in is not stored: its admission has ended, or no account or another account is signed in for
 * it.
 */
async function refusedForAgent(
  { server, intended }: ReceivedTokens,
  next: Credential,
  { credentials }: KeepingParts,
): Promise<SignInOutcome | undefined> {
  if (intended?.forAgent === undefined) return undefined;
  if ((await intended.isAdmitted?.()) === false) return declinedByUser('The agent is no longer admitted.');
  const user = await credentials.reread(server.url, intended.account);
  if (user === undefined) return declinedByUser('You have signed out, so the agent has no account to use.');
  return isOwnOf(next, user) ? undefined : declined(next, user);
}

/** Determines which sign-in is renewed by one that identifies no user, if any. */
async function whoseSignIn(
  { server, intended }: ReceivedTokens,
  fresh: Credential,
  present: Credential | undefined,
  { credentials, askWhoseSignIn }: KeepingParts,
): Promise<UnnamedAnswer> {
  const known = await credentials.all(server.url);
  const accounts = possiblyRenewed(fresh, known);
  const [first] = accounts;
  if (first === undefined || intended?.anotherAccount === true) return 'another';
  const begunFor = accounts.find((one) =>
    intended?.account === undefined ? one.id === present?.id : accountKeyOf(one) === intended.account,
  );
  if (begunFor !== undefined && intended?.renews === true) return { renews: accountKeyOf(begunFor) };
  if (askWhoseSignIn === undefined || intended?.forAgent !== undefined)
    return { renews: accountKeyOf(begunFor ?? first) };
  return askWhoseSignIn(server, accounts);
}

/**
 * The account that the workspace uses from now on. The user is asked if the sign-in ended as another account than it
 * was begun for.
 */
async function whoIsUsed(
  { server, intended }: ReceivedTokens,
  next: Credential,
  present: Credential | undefined,
  { credentials, confirmAccountChange }: KeepingParts,
): Promise<AccountAnswer> {
  if (present === undefined) return 'new';
  const known = await credentials.all(server.url);
  if (replacedBy(next, known, present)?.id === present.id) return 'new';
  if (intended?.anotherAccount === true || intended?.forAgent !== undefined) return 'new';
  // It renews the very account that was requested, so the current account does not change.
  if (intended?.account === accountKeyOf(next)) return 'present';
  const { from, to } = accountChangeTexts(present, next);
  return confirmAccountChange(server, from, to);
}

function declined(next: Credential, present: Credential | undefined): SignInOutcome {
  const words = accountChangeTexts(present ?? next, next);
  return declinedByUser(`The browser signed in ${words.to}, but ${words.from} was kept.`);
}

function credentialOf(received: ReceivedTokens, now: number): Credential {
  const { server, pending, account, tokens, grant } = received;
  return defined({
    id: crypto.randomUUID(),
    serverUrl: server.url,
    as: metadataOfSignIn(pending.as),
    client: pending.client,
    resource: pending.resource,
    account,
    grant,
    tokens: server.isIdentityProvider === true ? tokens : withoutIdToken(tokens),
    obtainedAt: now,
    signedInAt: now,
  });
}

/** The account has been read from it. */
function withoutIdToken({ idToken, ...tokens }: TokenSet): TokenSet {
  return tokens;
}

function notGranted(asked: readonly string[], { tokens }: Credential): readonly string[] {
  return asked.filter((scope) => !tokens.scopes.includes(scope) && !isSessionScope(scope));
}

interface NamingParts {
  readonly credentials: CredentialStore;
  /** Makes a name such as “Account 2”; absent if no user can change it. */
  readonly numberedAccount?: ((number: number) => string) | undefined;
}

/** A sign-in with the name it has here. */
interface NamedSignIn {
  readonly credential: Credential;
  /** What has to be kept as its name; absent if it has that name already, or none. */
  readonly given?: { readonly name: string; readonly isDefault?: true };
}

/**
 * The name of the account that has signed in: the user's earlier name for it, or a default if the server does not
 * name it. With a default, no call has to wait for the user to think of a name.
 *
 * @param replaced the credential that it replaces
 */
async function withName(
  server: ServerConfig,
  credential: Credential,
  replaced: Credential | undefined,
  { credentials, numberedAccount }: NamingParts,
): Promise<NamedSignIn> {
  const key = accountKeyOf(credential);
  const others = (await credentials.all(server.url)).filter(
    (one) => one.id !== replaced?.id && accountKeyOf(one) !== key,
  );
  const isFree = ({ name }: GivenName) => accountNameFault(name, others.map(accountLabel)) === undefined;
  const own = await credentials.nameOf(server.url, key);
  if (own !== undefined && isFree(own)) return { credential: { ...credential, name: own.name } };
  // The server has begun to name the account; what the user calls it stays.
  const former = replaced && (await credentials.nameOf(server.url, accountKeyOf(replaced)));
  if (former !== undefined && former.isDefault !== true && isFree(former))
    return { credential: { ...credential, name: former.name }, given: { name: former.name } };
  if (numberedAccount === undefined || server.isIdentityProvider === true || !lacksName(credential))
    return { credential };
  const name = defaultAccountName(credential, others, numberedAccount);
  return { credential: { ...credential, name }, given: { name, isDefault: true } };
}
