import type { ConsentStatus } from '../status/consentStatus.js';
import type { DeclaredAuthorization } from './declaredTool.js';
import type { ToolRule } from './toolRules.js';

/** The states of the next call of a tool, as far as they are known before it. */
export const toolConsentNames = [
  /** The user's rule refuses it. */
  'blocked',
  /** The server cannot be reached, cannot work as configured, or refuses by policy. */
  'unavailable',
  /** A browser page or a chat card is open for what it lacks. */
  'waiting',
  'needsSignIn',
  'needsScopes',
  /** Nothing is lacking, and the user is asked at each call. */
  'asks',
  'ready',
  /** The server was never contacted. */
  'unknown',
] as const;
export type ToolConsentName = (typeof toolConsentNames)[number];

export interface ToolConsent {
  readonly status: ToolConsentName;
  readonly tool: string;
  readonly rule: ToolRule;
  /** Scopes the tool is known to need. */
  readonly needed: readonly string[];
  /** Those of them that the present sign-in does not hold; empty without one. */
  readonly missing: readonly string[];
}

export interface ToolFacts {
  readonly tool: string;
  readonly rule: ToolRule;
  /** Of the tool's server. */
  readonly server: ConsentStatus;
  /** What earlier calls showed that it needs: a challenge names it, a success without it takes it back. */
  readonly learned?: readonly string[] | undefined;
  readonly declared?: DeclaredAuthorization | undefined;
}

/**
 * Determines the state of the next call of a tool. What earlier calls have shown takes precedence over the server's
 * declarations. The order, highest first: a rule that blocks, because nothing is sent; a server that cannot respond;
 * an open consent for missing access; a missing sign-in; a missing scope; a rule that asks.
 */
export function toolConsent(facts: ToolFacts): ToolConsent {
  const { tool, rule, server } = facts;
  const needed = neededScopes(facts);
  const missing = server.signedIn ? needed.filter((scope) => !server.held.includes(scope)) : [];
  const is = (status: ToolConsentName): ToolConsent => ({ status, tool, rule, needed, missing });

  if (rule === 'block') return is('blocked');
  if (isUnavailable(server)) return is('unavailable');
  const lacking = missing.length > 0 ? 'needsScopes' : signInLacking(facts);
  if (lacking !== undefined) return is(server.status === 'awaitingConsent' ? 'waiting' : lacking);
  return is(rule === 'ask' ? 'asks' : 'ready');
}

function neededScopes({ tool, server, learned, declared }: ToolFacts): readonly string[] {
  const known = learned ?? declared?.scopes ?? [];
  return server.tool === tool ? [...new Set([...known, ...server.missing])] : known;
}

function isUnavailable({ status, deniedBy }: ConsentStatus): boolean {
  return (
    status === 'misconfigured' || status === 'unreachable' || (status === 'denied' && deniedBy === 'server')
  );
}

/** Whether the call would be met with 401; what the user or the authorization server denied left the rest as it was. */
function signInLacking({ server, declared }: ToolFacts): 'needsSignIn' | 'unknown' | undefined {
  if (declared?.isAnonymous === true) return undefined;
  switch (server.status) {
    case 'signedOut':
    case 'expired':
      return 'needsSignIn';
    case 'unknown':
      return 'unknown';
    case 'denied':
    case 'awaitingConsent':
      return server.signedIn ? undefined : 'needsSignIn';
    default:
      return undefined;
  }
}
