import { defined } from '../../base/defined.js';
import type { ConsentNeed } from '../fetch/authorizedFetch.js';
import type { ServerConfig } from '../settings/serverSettings.js';
import type { SignInAttempt } from './signInAttempt.js';
import type { AuthorizationServer } from '../../oauth/authorizationServerMetadata.js';
import { addressOf, displayText } from '../../base/displayText.js';
import { accountName, type Credential } from '../accounts/credential.js';
import type { CredentialStore } from '../accounts/credentialStore.js';
import type { Discovered } from '../discovery/discovery.js';
import type { LaunchPage } from '../ports.js';

/** Asks the user outside the chat, for a request that no card can be shown for, or whose card stays unanswered. */
export interface ConsentPrompt {
  /**
   * Shows who asks for what and offers to go on; opening the browser is the prompt's part.
   *
   * @param what the request in words, such as `the resource repo://HEAD`
   * @param signal aborted when the request is gone or the consent has been settled elsewhere
   * @returns false if the user declined; undefined if they closed it, or if the signal was aborted
   */
  ask(
    server: ServerConfig,
    what: string,
    need: ConsentNeed,
    attempt: SignInAttempt,
    signal: AbortSignal,
  ): Promise<boolean | undefined>;
}

/** What the user has to know before they go to the browser for an attempt. */
export interface ConsentFacts {
  /** A sign-in where more access would be granted by another authorization server than before. */
  readonly kind: ConsentNeed['kind'];
  /** What the attempt asks for; for more access, what of it is not held yet. Fit to be shown. */
  readonly scopes: readonly string[];
  /** Host of the authorization server the browser goes to. */
  readonly authorizationServer: string;
  /** Host of the page that the browser goes to, where it is another than the authorization server's own. */
  readonly signInPage?: string;
  /** Host of the one that the present sign-in is from, where it is another. */
  readonly formerAuthorizationServer?: string;
  /** Whose access is extended. */
  readonly account?: string;
  /** The server's metadata strays from the standard, and was read all the same. */
  readonly hasWarnings: boolean;
}

/**
 * What is true of the attempt, whoever began it and for what: it may ask for more than the request that
 * joins it needs, and go elsewhere than the stored sign-in came from.
 *
 * @throws OAuthFlowError where it cannot be found out
 */
export async function consentFacts(
  need: ConsentNeed,
  attempt: SignInAttempt,
  credentials: CredentialStore,
): Promise<ConsentFacts> {
  const found = await attempt.discover();
  const before = await credentials.get(attempt.server.url, attempt.request.account);
  return consentFactsOf(need.kind, found, attempt.request.scopes, before);
}

/**
 * The same of a sign-in that has not begun.
 *
 * @param scopes what it would be begun for; undefined where discovery decides
 * @param before the sign-in that is there
 */
export function consentFactsOf(
  needed: ConsentNeed['kind'],
  found: Discovered,
  scopes: readonly string[] | undefined,
  before: Credential | undefined,
): ConsentFacts {
  const isSameIssuer = before?.as.issuer === found.as.issuer;
  const kind = isSameIssuer ? needed : 'signIn';
  const asked = scopes ?? found.scopes;
  const held = kind === 'stepUp' ? (before?.tokens.scopes ?? []) : [];
  const added = asked
    .filter((scope) => !held.includes(scope))
    .map(displayText)
    .filter((scope) => scope !== undefined);
  return defined({
    kind,
    scopes: added,
    authorizationServer: new URL(found.as.issuer).host,
    signInPage: signInPageOf(found.as),
    formerAuthorizationServer:
      before === undefined || isSameIssuer ? undefined : new URL(before.as.issuer).host,
    account: kind === 'stepUp' && before !== undefined ? accountName(before) : undefined,
    hasWarnings: found.resource.warnings.length > 0,
  });
}

/** Metadata may name a page of somebody else's, where the user would sign in to what they do not see here. */
function signInPageOf(as: AuthorizationServer): string | undefined {
  const page = addressOf(as.authorization_endpoint);
  return page === undefined || page.host === new URL(as.issuer).host ? undefined : page.host;
}

/** The browser of the editor's user, as far as the editor's own MCP client opens launch pages in it. */
export interface CardBrowser {
  /**
   * A launch page's address as that browser reaches it: in a remote or web window, loopback is another machine's.
   *
   * @returns the loopback address itself where it is the right one or no other can be found out; never rejects
   */
  outsideAddress(address: string): Promise<string>;
  /** The user chose to open the page, and the editor says nothing of whether it could. */
  opened(attempt: SignInAttempt, page: LaunchPage): void;
}
