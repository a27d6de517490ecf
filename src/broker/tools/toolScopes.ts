import { isObject } from '../../oauth/jsonResponse.js';
import { isScopeToken } from '../../oauth/wwwAuthenticateChallenge.js';
import { declaredAuthorization } from './declaredTool.js';
import { Emitter } from '../../base/event.js';
import type { Memory } from '../../base/storage.js';
import type { ServerAddress } from '../settings/serverSettings.js';

/** Most tools of a server, and scopes of a tool, that are remembered; the memory is read whole at every start. */
const mostTools = 1_000;
const mostScopes = 50;
const longestName = 200;

/** What calls of a server's tools have shown that each needs. Nothing of it is secret, and it outlives a restart. */
export class ToolScopes {
  readonly #changed = new Emitter<string>();

  /** Fires with the URL of a server about which something was learned. */
  readonly onDidChange = this.#changed.event;

  constructor(private readonly memory: Memory) {}

  /** Undefined if no call has shown anything. */
  learned(server: ServerAddress, tool: string): readonly string[] | undefined {
    return this.#all(server).get(tool);
  }

  /** A 403 `insufficient_scope` names what the request needs (RFC 6750 §3.1); it goes before what was known. */
  async challenged(server: ServerAddress, tool: string, scopes: readonly string[]): Promise<void> {
    if (scopes.length > 0) await this.#learn(server, tool, scopes.slice(0, mostScopes));
  }

  /**
   * A call was let through: what the token did not hold, the tool did not need, whatever was learned or
   * declared before.
   *
   * @param declaration the tool as the server lists it
   */
  async letThrough(
    server: ServerAddress,
    tool: string,
    held: readonly string[],
    declaration?: object,
  ): Promise<void> {
    const declared = declaration === undefined ? undefined : declaredAuthorization(declaration);
    const needed = this.learned(server, tool) ?? declared?.scopes ?? [];
    const proven = needed.filter((scope) => held.includes(scope));
    if (proven.length < needed.length) await this.#learn(server, tool, proven);
  }

  async #learn(server: ServerAddress, tool: string, scopes: readonly string[]): Promise<void> {
    const before = this.learned(server, tool);
    if (tool.length > longestName || JSON.stringify(before) === JSON.stringify(scopes)) return;
    const all = this.#all(server);
    all.delete(tool);
    all.set(tool, scopes);
    const newest = [...all].slice(-mostTools);
    await this.memory.set(key(server), Object.fromEntries(newest));
    this.#changed.fire(server.url);
  }

  #all(server: ServerAddress): Map<string, readonly string[]> {
    const stored = this.memory.get(key(server));
    if (!isObject(stored)) return new Map();
    return new Map(
      Object.entries(stored).flatMap(([tool, scopes]) =>
        Array.isArray(scopes) ? [[tool, scopes.filter(isScope)] as const] : [],
      ),
    );
  }
}

function isScope(value: unknown): value is string {
  return typeof value === 'string' && value.length <= longestName && isScopeToken(value);
}

function key({ url }: ServerAddress): string {
  return `toolScopes ${url}`;
}
