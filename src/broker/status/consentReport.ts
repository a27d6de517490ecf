import { displayText } from '../../base/displayText.js';
import type { ConsentStatus, ConsentStatusName } from './consentStatus.js';

/** A call that has ended, as far as a model may know it: no arguments, no result. */
interface RecentCall {
  /** When it began, in milliseconds since the epoch. */
  readonly at: number;
  readonly tool: string;
  /** How it ended, in a word or two. */
  readonly outcome: string;
  /** The account of the call, if there was one. */
  readonly account?: string;
}

/** The newest calls of one server, newest first. */
export interface RecentCalls {
  recent(serverUrl: string, limit: number): Promise<readonly RecentCall[]>;
}

/** The report about one server. */
export interface ReportedServer {
  readonly status: ConsentStatus;
  readonly calls: readonly RecentCall[];
  /** The file with a server of the same name, if the editor has switched this one off for it. */
  readonly displacedBy?: string;
}

/** A model's context is limited: items beyond these numbers are counted, not named. */
const mostScopes = 20;
const mostTextLength = 20_000;

const meanings: Record<ConsentStatusName, string> = {
  unknown: 'not contacted yet; mcpSignIn or a call of one of its tools will check',
  open: 'no sign-in needed',
  signedOut: 'no account is signed in; mcpSignIn or a call of one of its tools asks the user',
  awaitingConsent: 'waiting for the user, in the browser or on a card in the chat',
  ready: 'the next call needs nothing from the user',
  needsScopes:
    'a tool requested scopes that are not granted; mcpSignIn or calling the tool again asks the user',
  expired: 'the sign-in has ended; mcpSignIn or a call of one of its tools asks the user to sign in again',
  denied: 'access was denied',
  unreachable: 'the server or its authorization server cannot be reached',
  misconfigured:
    'settings or metadata are invalid; the command “MCP OAuth: Diagnose Server…” shows what to fix',
};

/**
 * Describes the state of each server as text for a model. The same facts give the same text in the same order. Texts
 * from servers are shortened to one line.
 *
 * @param unreadable names of entries in the settings that describe no server
 * @param now milliseconds since the epoch
 */
export function consentReport(
  servers: readonly ReportedServer[],
  unreadable: readonly string[],
  now: number,
): string {
  const lines = [
    servers.length === 0
      ? 'No MCP server is configured in MCP OAuth Broker; the command “MCP OAuth: Add Server…” adds one.'
      : `MCP servers of MCP OAuth Broker: ${servers.length}. It is ${utc(now)}.`,
    ...servers.flatMap((server) => serverLines(server, now)),
    ...unreadable.map((name) => `${words(name)}: its entry in the settings cannot be read`),
  ];
  return cut(lines);
}

function serverLines({ status, calls, displacedBy }: ReportedServer, now: number): readonly string[] {
  const { held, missing, tool, detail, account } = status;
  const who = detail === undefined ? meanings[status.status] : `${meanings[status.status]}: ${words(detail)}`;
  return [
    `${words(status.server)}: ${status.status} (${who})`,
    ...(displacedBy === undefined ? [] : [switchedOff(displacedBy)]),
    ...(account === undefined ? [] : [`  account: ${words(account)}`]),
    ...(held.length === 0 ? [] : [`  scopes granted: ${listed(held)}`]),
    ...(missing.length === 0
      ? []
      : [`  scopes missing: ${listed(missing)}${tool === undefined ? '' : `, requested by ${words(tool)}`}`]),
    ...expiry(status, now),
    ...attemptLines(status),
    ...calls.map(
      (call) => `  call ${utc(call.at)}: ${words(call.tool)}${actor(call)}: ${words(call.outcome)}`,
    ),
  ];
}

/** Only if it means something to the user: a token that is renewed without them has no end for them. */
function expiry({ signedIn, expiresAt, refreshable }: ConsentStatus, now: number): readonly string[] {
  if (!signedIn) return [];
  if (refreshable === true) return ['  expiry: renews automatically'];
  if (expiresAt === undefined) return [];
  return [`  expiry: ${expiresAt <= now ? 'ended' : 'ends'} ${utc(expiresAt)}, not renewable`];
}

const endings = {
  declined: 'the user or the authorization server declined',
  failed: 'failed',
  timedOut: 'timed out',
} as const;

/** So that a model does not ask again for what the user has just declined. */
function attemptLines({ lastAttempt }: ConsentStatus): readonly string[] {
  if (lastAttempt === undefined) return [];
  const { kind, at, detail } = lastAttempt;
  const why = detail === undefined ? '' : `: ${words(detail)}`;
  return [`  last sign-in, ${utc(at)}: ${endings[kind]}${why}`];
}

function actor({ account }: RecentCall): string {
  return account === undefined ? '' : ` as ${words(account)}`;
}

function listed(scopes: readonly string[]): string {
  const named = scopes.slice(0, mostScopes).map(words);
  const more = scopes.length - named.length;
  return [...named, ...(more === 0 ? [] : [`and ${more} more`])].join(', ');
}

/** To the minute, which is all that is needed. */
function utc(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16)}Z`;
}

function words(text: string): string {
  return displayText(text) ?? '(unreadable)';
}

function switchedOff(file: string): string {
  return `  turned off by the editor, so its tools are not listed: ${words(file)} has a server with the same name; the user can rename one of them`;
}

function cut(lines: readonly string[]): string {
  const kept: string[] = [];
  let length = 0;
  for (const line of lines) {
    length += line.length + 1;
    if (length > mostTextLength) {
      const left = lines.length - kept.length;
      return [...kept, `… and ${left} more lines; specify one server by name`].join('\n');
    }
    kept.push(line);
  }
  return kept.join('\n');
}
