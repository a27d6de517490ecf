import { isObject } from '../../oauth/jsonResponse.js';
import { isScopeToken } from '../../oauth/wwwAuthenticateChallenge.js';
import type { Disposable } from '../../base/clock.js';
import type { ServerConfig } from '../settings/serverSettings.js';

/** What a server declares about the authorization of a tool. */
export interface DeclaredAuthorization {
  /** It can be called without a token. */
  readonly isAnonymous: boolean;
  /** The scopes that the tool needs with a token; undefined if they are not declared. */
  readonly scopes?: readonly string[];
}

/** More scopes than any tool needs. */
const mostScopes = 50;

/**
 * Parses `securitySchemes` of a tool in `tools/list`: a list of `noauth`, and `oauth2` with `scopes`, any of which is
 * sufficient. The field is not in the core protocol; it comes from the Apps SDK and is proposed for MCP as SEP-1488,
 * with `_meta.securitySchemes` as its copy for SDKs that drop unknown fields. Neither it, nor RFC 9728, nor RFC 8414
 * describes a scope, so scopes are shown by their names.
 *
 * @see https://developers.openai.com/apps-sdk/reference#_meta-fields-on-tool-descriptor
 * @see https://github.com/modelcontextprotocol/modelcontextprotocol/issues/1488
 */
export function declaredAuthorization(tool: object): DeclaredAuthorization | undefined {
  const { securitySchemes, _meta } = tool as { securitySchemes?: unknown; _meta?: unknown };
  const mirror = isObject(_meta) ? _meta['securitySchemes'] : undefined;
  const schemes: unknown = Array.isArray(securitySchemes) ? securitySchemes : mirror;
  if (!Array.isArray(schemes)) return undefined;
  const known = (schemes as readonly unknown[]).filter(isObject);
  const isAnonymous = known.some(({ type }) => type === 'noauth');
  const oauth2 = known.find(({ type }) => type === 'oauth2');
  if (!isAnonymous && oauth2 === undefined) return undefined;
  return { isAnonymous, ...scopesOf(oauth2?.['scopes']) };
}

function scopesOf(value: unknown): { readonly scopes?: readonly string[] } {
  if (!Array.isArray(value)) return {};
  const scopes = (value as readonly unknown[]).filter(
    (scope): scope is string => typeof scope === 'string' && isScopeToken(scope),
  );
  return { scopes: [...new Set(scopes)].slice(0, mostScopes) };
}

/** A tool as its server lists it. All texts in it are the server's. */
export interface DeclaredTool {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
}

/** The tools each server listed when it was last asked. */
export interface ToolLists {
  declarations(server: ServerConfig): readonly DeclaredTool[];
  /** Fires with the URL of a server whose list has changed. */
  onDidChange(listener: (serverUrl: string) => void): Disposable;
}

/** A call of a tool that has ended, as far as the tree shows it at the tool. */
export interface ToolUse {
  /** When it came, milliseconds since the epoch. */
  readonly at: number;
  /** The account of the call. */
  readonly account?: string;
}

/** The storage of past calls. */
export interface ToolUses {
  lastUse(serverUrl: string, tool: string): Promise<ToolUse | undefined>;
  /** Fires for calls that ended. */
  onDidAdd(listener: () => void): Disposable;
}
