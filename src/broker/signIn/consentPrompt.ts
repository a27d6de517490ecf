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

/** Asks the user outside the chat, for a request that cannot show a card or whose card is not answered. */
export interface ConsentPrompt {
  /**
   * Shows the caller and the access that it needs, and offers to continue. The prompt opens the browser.
   *
   * @param what the request for display, such as `the resource repo://HEAD`
   * @param signal aborted when the request has ended or consent has been settled elsewhere
   * @returns false if the user declined; undefined if they closed the prompt or the signal was aborted
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
  /** A sign-in for which another authorization server than before would grant the additional access. */
  readonly kind: ConsentNeed['kind'];
  /** What the attempt asks for; for more access, what of it is not held yet. Fit to be shown. */
  readonly scopes: readonly string[];
  /** Host of the authorization server the browser goes to. */
  readonly authorizationServer: string;
  /** Host of the page that the browser opens, if it is not the authorization server's own. */
  readonly signInPage?: string;
  /** Host of the authorization server that the present sign-in is from, if it is another one. */
  readonly formerAuthorizationServer?: string;
  /** The account whose access is extended. */
  readonly account?: string;
  /** The server's metadata strays from the standard, and was read all the same. */
  readonly hasWarnings: boolean;
}

/**
 * Describes the attempt, whichever request began it: it may request more than the request that joins it needs, and it
 * may use another authorization server than the stored sign-in.
 *
 * @throws OAuthFlowError if this cannot be determined
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
 * Describes a sign-in that has not begun.
 *
 * @param scopes the scopes that it would request; undefined if discovery decides
 * @param before the present sign-in
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

/** Metadata may name a page of another host, where the user would sign in to a server that is not shown here. */
function signInPageOf(as: AuthorizationServer): string | undefined {
  const page = addressOf(as.authorization_endpoint);
  return page === undefined || page.host === new URL(as.issuer).host ? undefined : page.host;
}

/** The browser of the editor's user, as far as the editor's own MCP client opens launch pages in it. */
export interface CardBrowser {
  /**
   * Returns a launch page's address as that browser reaches it. In a remote or web window, the loopback address
   * belongs to another machine.
   *
   * @returns the loopback address if it is the right one or no other can be found; never rejects
   */
  outsideAddress(address: string): Promise<string>;
  /** The user chose to open the page. The editor does not report whether it opened. */
  opened(attempt: SignInAttempt, page: LaunchPage): void;
}
