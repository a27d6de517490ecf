import {
  InitializeResultSchema,
  ListPromptsResultSchema,
  ListResourcesResultSchema,
  ListResourceTemplatesResultSchema,
  ListToolsResultSchema,
  type InitializeResult,
  type Tool,
} from '@modelcontextprotocol/sdk/types.js';
import { Emitter } from '../../base/event.js';
import type { Memory } from '../../base/storage.js';
import type { ServerConfig } from '../../broker/settings/serverSettings.js';
import type { DeclaredTool } from '../../broker/tools/declaredTool.js';
import { discoverResultOf, type DiscoverResult } from '../../mcp/statelessRevision.js';

/** The lists of a server, with the member of the result that contains the items. */
const lists = {
  'tools/list': { member: 'tools', schema: ListToolsResultSchema },
  'resources/list': { member: 'resources', schema: ListResourcesResultSchema },
  'resources/templates/list': { member: 'resourceTemplates', schema: ListResourceTemplatesResultSchema },
  'prompts/list': { member: 'prompts', schema: ListPromptsResultSchema },
} as const;

export type ListMethod = keyof typeof lists;

/** The most items that are stored of one list, because a server can have any number of resources. */
const mostItems = 1_000;
/**
 * The longest list that is stored, in bytes of JSON, because the editor reads the whole memory at every
 * start.
 */
export const longestList = 1024 * 1024;

export function isListMethod(method: string): method is ListMethod {
  return Object.hasOwn(lists, method);
}

/**
 * Stores what a server returned about itself when it was last reached, so that a signed-out server can start
 * with the lists that the user and the model know. The data is not secret, and it may be outdated.
 */
export class ServerProfiles {
  readonly #changed = new Emitter<string>();

  /** Fires with the URL of a server when one of its lists has changed. */
  readonly onDidChange = this.#changed.event;

  constructor(private readonly memory: Memory) {}

  information(server: ServerConfig): InitializeResult | undefined {
    return InitializeResultSchema.safeParse(this.memory.get(key('information', server))).data;
  }

  async rememberInformation(server: ServerConfig, result: InitializeResult): Promise<void> {
    if (JSON.stringify(result).length > longestList) return;
    await this.#remember(key('information', server), result);
  }

  /** Returns the last `server/discover` result; undefined if the server has not returned one. */
  discovery(server: ServerConfig): DiscoverResult | undefined {
    return discoverResultOf(this.memory.get(key('discovery', server)));
  }

  async rememberDiscovery(server: ServerConfig, result: DiscoverResult): Promise<void> {
    if (JSON.stringify(result).length > longestList) return;
    await this.#remember(key('discovery', server), result);
  }

  tools(server: ServerConfig): readonly Tool[] | undefined {
    return ListToolsResultSchema.safeParse(this.#listResult(server, 'tools/list')).data?.tools;
  }

  /** Returns the stored result of a list request, or an empty list. */
  listed(server: ServerConfig, method: ListMethod): Readonly<Record<string, unknown>> {
    const { member, schema } = lists[method];
    return schema.safeParse(this.#listResult(server, method)).data ?? { [member]: [] };
  }

  /**
   * @param result the server's own result; only a valid list is stored
   * @param append whether the result is a further page of the same list
   */
  async rememberList(
    server: ServerConfig,
    method: ListMethod,
    result: unknown,
    append: boolean,
  ): Promise<void> {
    const { member, schema } = lists[method];
    const page = schema.safeParse(result).data as Readonly<Record<string, unknown>> | undefined;
    if (page === undefined) return;
    const earlier = append ? (this.listed(server, method)[member] as unknown[]) : [];
    const listed = (page[member] as unknown[]).map((item, at) => withSchemes(item, result, member, at));
    const items = [...earlier, ...listed.filter(isKept)].slice(0, mostItems);
    if (JSON.stringify(items).length > longestList) return;
    if (await this.#remember(key(member, server), items)) this.#changed.fire(server.url);
  }

  /** Returns the listed tools with the authorization that they declare. */
  declarations(server: ServerConfig): readonly DeclaredTool[] {
    const stored = this.memory.get(key('tools', server));
    return Array.isArray(stored) ? (stored as readonly DeclaredTool[]) : [];
  }

  /**
   * Stores a value only if it has changed: lists are read often and change rarely, and each `set` writes to
   * disk.
   */
  async #remember(name: string, value: unknown): Promise<boolean> {
    if (JSON.stringify(this.memory.get(name)) === JSON.stringify(value)) return false;
    await this.memory.set(name, value);
    return true;
  }

  #listResult(server: ServerConfig, method: ListMethod): object {
    const { member } = lists[method];
    return { [member]: this.memory.get(key(member, server)) };
  }
}

/** Restores the field in which a tool declares its scopes, which the SDK's schema drops. */
function withSchemes(item: unknown, result: unknown, member: string, at: number): unknown {
  const raw = (result as Record<string, readonly { securitySchemes?: unknown }[]>)[member]?.[at];
  const schemes = raw?.securitySchemes;
  return member === 'tools' && Array.isArray(schemes)
    ? { ...(item as object), securitySchemes: schemes }
    : item;
}

function key(what: string, server: ServerConfig): string {
  return `${what} ${server.url}`;
}

/**
 * Checks whether an item may be stored. The memory is not encrypted and is kept after a sign-out, so an
 * address that itself grants access must not be stored.
 */
function isKept(item: unknown): boolean {
  const { uri } = item as { readonly uri?: unknown };
  return typeof uri !== 'string' || !/[?#]|:\/\/[^/]*@/.test(uri);
}
