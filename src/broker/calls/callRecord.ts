import { defined } from '../../base/defined.js';
import { isObject } from '../../oauth/jsonResponse.js';
import { displayText, shownAddress } from '../../base/displayText.js';

/**
 * The caller: the editor's own MCP client, a session that the editor runs in another process (its agent host),
 * another extension with one of our keys, or an agent with its own key.
 */
const callerKinds = ['editor', 'agentHost', 'extension', 'agent'] as const;
export type CallerKind = (typeof callerKinds)[number];

/**
 * What part consent had in a call.
 *
 * - `none`: it was sent without a sign-in, or never sent
 * - `used`: it was sent with a sign-in that there was; the user was asked nothing
 * - `signInAsked`: the user was asked to sign in while it waited
 * - `stepUpAsked`: the user was asked for further scopes while it waited
 */
export const callConsents = ['none', 'used', 'signInAsked', 'stepUpAsked'] as const;
export type CallConsent = (typeof callConsents)[number];

/**
 * How a call ended.
 *
 * - `succeeded`: the tool's result; for a call that runs as a task, the task was begun
 * - `toolError`: the tool ran and reported an error (`isError`)
 * - `inputRequired`: a question to the user instead of a result; the caller calls again with the answer
 * - `refused`: it did not run; {@link RefusalReason} has the reason
 * - `failed`: there was no result, or a JSON-RPC error
 * - `cancelled`: the caller cancelled it or disconnected
 */
export const callOutcomes = [
  'succeeded',
  'toolError',
  'inputRequired',
  'refused',
  'failed',
  'cancelled',
] as const;
export type CallOutcome = (typeof callOutcomes)[number];

/**
 * Why a call did not run.
 *
 * - `declined`: the user declined the consent or the call
 * - `signInCancelled`: the sign-in was cancelled before it ended
 * - `timedOut`: the sign-in was not finished, or the question not answered, in time
 * - `signInFailed`: the sign-in ended with an error
 * - `grantedLess`: the sign-in ended without the scopes that the call needs
 * - `notSettled`: the server kept asking for consent
 * - `denied`: the server refused it (403), and no consent would change that
 * - `blockedByRule`: a rule of the user blocks the tool, or is to ask while no user can be asked
 * - `notAdmitted`: the agent was admitted to less
 * - `consentMissing`: the user was asked, and the agent should call again
 * - `malformed`: the request contradicts itself
 */
export const refusalReasons = [
  'declined',
  'signInCancelled',
  'timedOut',
  'signInFailed',
  'grantedLess',
  'notSettled',
  'denied',
  'blockedByRule',
  'notAdmitted',
  'consentMissing',
  'malformed',
] as const;
export type RefusalReason = (typeof refusalReasons)[number];

/** How a call ended, and for one that was refused why. */
export type CallEnding =
  | { readonly outcome: Exclude<CallOutcome, 'refused'> }
  | { readonly outcome: 'refused'; readonly reason: RefusalReason };

/** One tool call, from its arrival at the relay to its end. Never its result, and never a token. */
export interface RecordedCall {
  /** A random id that identifies the call. */
  readonly id: string;
  /** When it came, milliseconds since the epoch. */
  readonly at: number;
  readonly caller: { readonly kind: CallerKind; readonly name: string };
  /** The editor's ids of the chat and of the request in it, if a chat made the call. */
  readonly chat?: { readonly conversation: string; readonly request?: string };
  /** The server's name in the settings when it was called. */
  readonly server: string;
  /** Its address, without a query: people put keys there. */
  readonly serverUrl: string;
  readonly tool: string;
  /** The account of the credential that it was last sent with. */
  readonly account?: string;
  /** The scopes of that sign-in. */
  readonly scopes: readonly string[];
  readonly consent: CallConsent;
  /** The scopes the user was asked for. */
  readonly asked?: readonly string[];
  readonly outcome: CallOutcome;
  readonly reason?: RefusalReason;
  /** From its arrival to its end. */
  readonly milliseconds: number;
  /** How many of these were spent waiting for the user. */
  readonly waited: number;
  /** As JSON, without secrets and cut to length; only if the user turned arguments on. */
  readonly arguments?: string;
}

/** An address as the record has it. */
export function recordedAddress(url: string): string {
  return shownAddress(url);
}

/** A tool's name as the record has it: it is the caller's word, of any length. */
export function recordedName(tool: unknown): string {
  return displayText(tool) ?? '';
}

/** The same with every text that others gave changed by `change`. */
export function withTexts(call: RecordedCall, change: (text: string) => string): RecordedCall {
  const { account, asked, chat } = call;
  return defined({
    ...call,
    caller: { ...call.caller, name: change(call.caller.name) },
    chat:
      chat &&
      defined({
        conversation: change(chat.conversation),
        request: chat.request !== undefined ? change(chat.request) : undefined,
      }),
    server: change(call.server),
    tool: change(call.tool),
    account: account !== undefined ? change(account) : undefined,
    scopes: call.scopes.map(change),
    asked: asked?.map(change),
  });
}

/** The one line that stands for a call in the record and in an export (JSON Lines). */
export function callLine(call: RecordedCall): string {
  return JSON.stringify(call);
}

/** @returns undefined for a line that is none of ours, or only a part of one */
export function parseCall(line: string): RecordedCall | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  return isCall(value) ? value : undefined;
}

function isCall(value: unknown): value is RecordedCall {
  if (!isObject(value)) return false;
  const { caller, chat, reason } = value;
  return (
    [value['id'], value['server'], value['serverUrl'], value['tool']].every(isText) &&
    [value['account'], value['arguments']].every(orAbsent(isText)) &&
    [value['at'], value['milliseconds'], value['waited']].every(Number.isFinite) &&
    isTexts(value['scopes']) &&
    orAbsent(isTexts)(value['asked']) &&
    isObject(caller) &&
    isOneOf(callerKinds, caller['kind']) &&
    isText(caller['name']) &&
    (chat === undefined ||
      (isObject(chat) && isText(chat['conversation']) && orAbsent(isText)(chat['request']))) &&
    isOneOf(callConsents, value['consent']) &&
    isOneOf(callOutcomes, value['outcome']) &&
    (reason === undefined || isOneOf(refusalReasons, reason))
  );
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every(isText);
}

function orAbsent(is: (value: unknown) => boolean): (value: unknown) => boolean {
  return (value) => value === undefined || is(value);
}

function isOneOf(known: readonly string[], value: unknown): boolean {
  return typeof value === 'string' && known.includes(value);
}

/** Enough to recognize a call by, in characters. */
const longest = 2_000;
/** Deeper than any tool's arguments have a reason to be. */
const deepest = 30;
const gone = '[redacted]';

/** Names under which secrets are passed, in any spelling: `apiKey`, `X-API-Key`, `client_secret`. */
const secretName =
  /^(.*(password|passwd|passphrase|secret|credential|token|authorization|cookie|privatekey|apikey|accesskey|bearer|assertion)s?|code|codeverifier|otp|pin|pwd|auth|signature)$/;

/** What keys and tokens look like, wherever they stand. */
const secretShapes: readonly RegExp[] = [
  // A signed or encrypted token (RFC 7519): parts of base64url, the first of them a JSON object.
  /\beyJ[\w-]{6,}(?:\.[\w-]*){1,4}/g,
  // RFC 9110 §11.4, RFC 6750 §2.1, RFC 9449 §7.1.
  /\b(?:Bearer|Basic|DPoP)\s+[\w\-.~+/]{8,}=*/gi,
  /-----BEGIN [^-]*PRIVATE KEY-----[\s\S]*?(?:-----END [^-]*PRIVATE KEY-----|$)/g,
  // User information in an address (RFC 3986 §3.2.1).
  /\b[a-z][a-z\d+.-]*:\/\/[^/\s@]*@/gi,
  // The marks that well-known services begin their keys with.
  /\b(?:gh[opsru]_|github_pat_|glpat-|xox[a-z]-|xapp-|sk-|pk_live_|sk_live_|rk_live_|AKIA|ASIA|AIza|ya29\.|npm_|lin_api_|secret_|ntn_)[\w-]{10,}/g,
];

/**
 * The recorded arguments of a call: JSON, shortened, without values that are named like secrets or look like them.
 * The caller of this function removes known secrets.
 *
 * @param without removes known secrets from a text; called before the text is shortened
 */
export function recordedArguments(value: unknown, without: (text: string) => string): string {
  const json = JSON.stringify(withoutSecretValues(value, 0, (text) => withoutSecretShapes(without(text))));
  return json.length > longest ? `${json.slice(0, longest)}…` : json;
}

/** A text without what looks like a key or a token. */
export function withoutSecretShapes(text: string): string {
  return secretShapes.reduce((kept, shape) => kept.replace(shape, gone), text);
}

function withoutSecretValues(value: unknown, depth: number, without: (text: string) => string): unknown {
  if (typeof value === 'string') return without(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= deepest) return '…';
  if (Array.isArray(value)) return value.map((item) => withoutSecretValues(item, depth + 1, without));
  return Object.fromEntries(
    Object.entries(value).map(([name, held]) => [
      without(name),
      isSecretName(name) ? gone : withoutSecretValues(held, depth + 1, without),
    ]),
  );
}

function isSecretName(name: string): boolean {
  return secretName.test(name.toLowerCase().replace(/[^a-z]/g, ''));
}
