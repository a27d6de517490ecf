import { isObject } from '../../oauth/jsonResponse.js';
import { isScopeToken } from '../../oauth/wwwAuthenticateChallenge.js';
import type { Disposable } from '../../base/clock.js';
import type { ServerConfig } from '../settings/serverSettings.js';

/** What a server declares of who may call one of its tools. */
export interface DeclaredAuthorization {
  /** It can be called without a token. */
  readonly isAnonymous: boolean;
  /** Where a token is used, the scopes it needs; undefined if they are not said. */
  readonly scopes?: readonly string[];
}

/** More scopes than any tool needs. */
const mostScopes = 50;

/**
 * Reads `securitySchemes` of a tool in `tools/list`: a list of `noauth`, and `oauth2` with `scopes`, any of
 * which will do. The core protocol has no such field; it is the Apps SDK's, proposed for MCP as SEP-1488, with
 * `_meta.securitySchemes` as its mirror for SDKs that drop fields they do not know. Neither it nor RFC 9728 nor
 * RFC 8414 describes a scope in words, so that scopes are shown by their names.
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

/** A tool as its server lists it: all of it is the server's words. */
export interface DeclaredTool {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
}

/** The tools each server listed when it was last asked. */
export interface ToolLists {
  declarations(server: ServerConfig): readonly DeclaredTool[];
  /** Tells the server URL of which a list has changed. */
  onDidChange(listener: (serverUrl: string) => void): Disposable;
}

/** A call of a tool that ended, as far as it is told beside the tool. */
export interface ToolUse {
  /** When it came, milliseconds since the epoch. */
  readonly at: number;
  /** Whose account it was made as. */
  readonly account?: string;
}

/** Where past calls are kept. */
export interface ToolUses {
  lastUse(serverUrl: string, tool: string): Promise<ToolUse | undefined>;
  /** Tells of calls that ended. */
  onDidAdd(listener: () => void): Disposable;
}
