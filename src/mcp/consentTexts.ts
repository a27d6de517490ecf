import { inEnglish, type Translate } from '../base/displayText.js';
import type { Tool } from '@modelcontextprotocol/sdk/types.js';

/** What a consent is for, as the card and the refusals name it. */
export interface ConsentSubject {
  readonly server: string;
  /** The tool of the call that waits, or a description of another request. */
  readonly what: string;
  readonly scopes: readonly string[];
  /** Host of the authorization server, if it is known. */
  readonly authorizationServer?: string;
  /** Host of the page that the browser opens, if it is a different one. */
  readonly signInPage?: string;
  /** Host of the authorization server of the present sign-in, if it is a different one. */
  readonly formerAuthorizationServer?: string;
  /** Whether a sign-in that there is gets more access. */
  readonly isStepUp?: boolean;
  /** The account that gets more access, for a step-up. */
  readonly account?: string;
  /** The server's metadata strays from the standard, and was read all the same. */
  readonly hasWarnings?: boolean;
}

/** VS Code breaks longer lines of a card inside words, in characters. */
const cardWidth = 34;
/** So that a card is read to its end; the consent page names them all. */
const mostScopes = 20;

/**
 * The message of the card: a fact a line, each a paragraph. The authorization server is named because the
 * card itself shows a loopback address.
 */
export function cardMessage(subject: ConsentSubject, t: Translate = inEnglish): string {
  const isStepUp = subject.isStepUp === true;
  const lines = [
    isStepUp ? t('More access for {0}', subject.server) : t('Sign in to {0}', subject.server),
    t('For: {0}', subject.what === signInToolName ? t('its tools') : subject.what),
    ...(subject.authorizationServer === undefined ? [] : [t('At: {0}', subject.authorizationServer)]),
    ...(subject.signInPage === undefined ? [] : [t('Sign-in page: {0}', subject.signInPage)]),
    ...(subject.formerAuthorizationServer === undefined
      ? []
      : [t('Previously: {0}', subject.formerAuthorizationServer)]),
    ...scopeLines(isStepUp ? t('New scopes') : t('Scopes'), subject.scopes, t),
    ...(subject.account === undefined ? [] : [t('As: {0}', subject.account)]),
    ...(subject.hasWarnings === true ? [t('Nonstandard metadata.')] : []),
  ];
  return lines.join('\n\n');
}

/** One line if it fits, else a line for each scope. */
function scopeLines(label: string, scopes: readonly string[], t: Translate): readonly string[] {
  if (scopes.length === 0) return [];
  const line = `${label}: ${scopes.join(', ')}`;
  if (line.length <= cardWidth) return [line];
  const named = scopes.slice(0, mostScopes).map((scope) => `• ${scope}`);
  const more = scopes.length - named.length;
  return [`${label}:`, ...named, ...(more === 0 ? [] : [t('… and {0} more', more)])];
}

/** Scopes that only identify the user; they grant a tool nothing and would distract the user. */
const identityScopes = new Set(['openid', 'profile', 'email', 'offline_access']);

/** The scopes worth naming to a user. */
export function accessScopes(scopes: readonly string[]): readonly string[] {
  return scopes.filter((scope) => !identityScopes.has(scope));
}

/** What `sign_in` ends with, so that the model goes on. Some clients read a server's tools only when they start. */
export function signedIn(server: string, tools: readonly string[]): string {
  return tools.length === 0
    ? `Signed in to ${server}. List its tools again.`
    : `Signed in to ${server}. Its tools are available now: ${tools.join(', ')}. Continue with them. If they are not available to you, ask the user to start a new session in this client.`;
}

/** Why a call ended without running, as a text that the model can act on. */
export const refusals = {
  declined: (subject: ConsentSubject, detail?: string) =>
    `${subject.what} did not run: the user declined to give ${subject.server} access${listed(subject)}.${detail === undefined ? '' : ` ${detail}`} Do not try again unless the user asks for it. The user can sign in with the command “MCP OAuth: Sign In…”.`,
  cancelled: (subject: ConsentSubject) =>
    `${subject.what} did not run: the sign-in to ${subject.server} was cancelled. Call it again when the user wants to sign in.`,
  timedOut: (subject: ConsentSubject) =>
    `${subject.what} did not run: the sign-in to ${subject.server} timed out. Ask the user whether to try again. Calling the tool again shows the sign-in again.`,
  nobodyAsked: (subject: ConsentSubject) =>
    `${subject.what} did not run: ${subject.server} needs the user’s consent${listed(subject)}, and this client refused without asking the user. The user has not declined. Tell the user to run the command “MCP OAuth: Sign In…” in the editor, and then call the tool again.`,
  stillOpen: (subject: ConsentSubject) =>
    `${subject.what} did not run: the sign-in to ${subject.server} timed out, and the call could wait no longer. The sign-in is still open. Tell the user to finish it, or to run the command “MCP OAuth: Sign In…” in the editor, and call the tool again after they have done so.`,
  grantedLess: (subject: ConsentSubject, missing: readonly string[]) =>
    `${subject.what} did not run: the user consented, but ${subject.server} was not granted ${missing.join(', ')}. Tell the user which access is missing. Calling the tool again asks for it again.`,
  notSettled: (subject: ConsentSubject) =>
    `${subject.what} did not run: ${subject.server} asked for consent three times in a row. Its administrator may have to grant ${subject.scopes.join(', ') || 'access'}; see the command “MCP OAuth: Show Log” for details.`,
  failed: (subject: ConsentSubject, detail: string, fix?: string) =>
    `${subject.what} did not run: sign-in to ${subject.server} failed. ${detail}${fix === undefined ? '' : ` ${fix}`}`,
  denied: (subject: ConsentSubject, detail: string) =>
    `${subject.what} did not run. ${detail} Signing in again will not change that. Only the server's administrator can.`,
  unreachable: (subject: ConsentSubject, detail: string) =>
    `${subject.what} did not get a response. ${detail}`,
} as const;

function listed(subject: ConsentSubject): string {
  return subject.scopes.length === 0 ? '' : ` (${subject.scopes.join(', ')})`;
}

/** The phase that the call waits for. */
type Phase = 'waitingForBrowser' | 'preparing' | 'waitingForConsent' | 'exchangingCode';

/** The progress message of a caller during a sign-in; short enough for VS Code to show it whole. */
export function phaseTexts(phase: Phase, t: Translate): string {
  switch (phase) {
    case 'waitingForBrowser':
      return t('Waiting for your consent');
    case 'preparing':
      return t('Opening the sign-in page');
    case 'waitingForConsent':
      return t('Waiting for you in the browser');
    case 'exchangingCode':
      return t('Exchanging the code');
  }
}

/** While the user is asked about the first use of a sign-in on this machine. */
export function waitingForFirstUse(t: Translate): string {
  return t('Waiting for your reply in VS Code');
}

/** Before it is known which consent the user has to give. */
export function askingHow(t: Translate): string {
  return t('Asking the server how to sign in');
}

/** Longest progress message that VS Code shows whole. */
const longest = 39;
/** Longest part of a tool's name that fits next to the longest account. */
const shortestTool = 4;

/**
 * The account that acted, in the message that stays under a finished call: `create_branch as alice@example.org`.
 * The account is kept whole as long as it can be, because it is what the line is for.
 */
export function identityLine(tool: string, account: string, t: Translate = inEnglish): string {
  const room = longest - t('{0} as {1}', '', '').length;
  const shownAccount = shorten(account, room - shortestTool);
  return t('{0} as {1}', shorten(tool, room - shownAccount.length), shownAccount);
}

/** That a call goes out once more, now that it may: `create_branch again`. */
export function againLine(tool: string, t: Translate = inEnglish): string {
  return t('{0} again', shorten(tool, longest - t('{0} again', '').length));
}

/** The last progress is what stays visible under the call of `sign_in`. */
export function signedInLine(account: string | undefined, t: Translate = inEnglish): string {
  return account === undefined ? t('Signed in') : identityLine(t('Signed in'), account, t);
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

function shorten(text: string, length: number): string {
  const characters = Array.from(graphemes.segment(text), ({ segment }) => segment);
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join('')}…`;
}

export const signInToolName = 'sign_in';

/**
 * The one tool of a server without a sign-in. Read-only and closed-world by annotation, so that no
 * second confirmation stands before the consent itself.
 */
export function signInTool(server: string): Tool {
  return {
    name: signInToolName,
    title: `Sign in to ${server}`,
    description: `Signs the user in to the MCP server “${server}”. The server’s tools are listed only after sign-in: call this first, then use the tools that it names.`,
    inputSchema: { type: 'object', properties: {} },
    annotations: { readOnlyHint: true, openWorldHint: false },
  };
}
