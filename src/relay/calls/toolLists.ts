import {
  SUPPORTED_PROTOCOL_VERSIONS,
  type InitializeResult,
  type Result,
  type Tool,
} from '@modelcontextprotocol/sdk/types.js';
import { ownProtocolVersion } from '../../mcp/relayMessages.js';
import { signInTool } from '../../mcp/consentTexts.js';
import type { CallerSession } from '../callers/callerSession.js';
import { isListMethod, type ServerProfiles } from '../upstream/serverProfiles.js';
import type { Caller } from '../callers/callerAdmission.js';
import type { ServerConfig } from '../../broker/settings/serverSettings.js';
import type { ToolRules } from '../../broker/tools/toolRules.js';
import { blockedDescription } from '../../mcp/toolRuleTexts.js';

/**
 * A session in which the relay responds alone, because there is no sign-in or the server cannot be reached: it
 * starts all the same, lists what was known at the last sign-in, and opens nothing by itself.
 */
export class ToolLists {
  constructor(
    private readonly profiles: ServerProfiles,
    private readonly blocked: BlockedTools,
  ) {}

  initializeResult(session: CallerSession): InitializeResult {
    const known = this.profiles.information(session.server);
    const asked = session.initialize.params?.['protocolVersion'];
    const supported = typeof asked === 'string' && SUPPORTED_PROTOCOL_VERSIONS.includes(asked);
    return {
      protocolVersion: supported ? asked : ownProtocolVersion,
      serverInfo: known?.serverInfo ?? { name: session.server.name, version: '0' },
      // Before the first sign-in it is not known what the server has: its lists are empty, and announced later.
      capabilities: known?.capabilities ?? { resources: {}, prompts: {} },
      ...(known?.instructions !== undefined && { instructions: known.instructions }),
    };
  }

  tools(session: CallerSession): readonly Tool[] {
    const known = this.profiles.tools(session.server);
    session.offeredSignIn = known === undefined || known.length === 0;
    return session.offeredSignIn
      ? [signInTool(session.server.name)]
      : this.blocked.marked(session.server, admittedTools(session.caller, known ?? []));
  }

  /** @returns undefined if only the upstream can respond */
  responseTo(session: CallerSession, method: string): Result | undefined {
    switch (method) {
      case 'ping':
      case 'logging/setLevel':
        return {};
      case 'tools/list':
        return { tools: this.tools(session) };
      case 'completion/complete':
        // Sent at each keystroke while an argument is typed: only the prompt itself is worth a question.
        return { completion: { values: [] } };
      default:
        return isListMethod(method) ? this.profiles.listed(session.server, method) : undefined;
    }
  }
}

/** Whether a list of tools has to be read whole, because the caller gets only a part of it. */
export function seesSomeTools({ agent }: Caller): boolean {
  return agent?.access.tools !== undefined;
}

/** The tools that the caller was admitted to: a model wastes no call on the others. */
function admittedTools<Item extends { readonly name?: unknown }>(
  { agent }: Caller,
  tools: readonly Item[],
): readonly Item[] {
  const admitted = agent?.access.tools;
  return admitted === undefined ? tools : tools.filter(({ name }) => admitted.some((tool) => tool === name));
}

/** @param response to `tools/list`, as it would be handed on; returned unchanged if nothing is left out */
export function admittedResponse(caller: Caller, response: string): string {
  if (!seesSomeTools(caller)) return response;
  const message = JSON.parse(response) as { result?: { tools?: unknown } } | null;
  const tools = message?.result?.tools;
  if (!Array.isArray(tools)) return response;
  const listed = (tools as readonly unknown[]).filter((tool) => typeof tool === 'object' && tool !== null);
  return JSON.stringify({ ...message, result: { ...message?.result, tools: admittedTools(caller, listed) } });
}

interface ListedTool {
  readonly name?: unknown;
}

/** Marks the tools in a list that a rule blocks, so that the model does not waste a call on them. */
export class BlockedTools {
  constructor(private readonly rules: ToolRules) {}

  marked<Item extends object>(server: ServerConfig, tools: readonly Item[]): readonly Item[] {
    return tools.map((tool) =>
      this.#isBlocked(server, tool) ? { ...tool, description: blockedDescription } : tool,
    );
  }

  /** @param response to `tools/list`, as the server wrote it; returned unchanged if nothing in it is blocked */
  markedResponse(server: ServerConfig, response: string): string {
    const message = JSON.parse(response) as { result?: { tools?: unknown } } | null;
    const tools = message?.result?.tools;
    if (!Array.isArray(tools)) return response;
    const listed = (tools as readonly unknown[]).map((tool) =>
      typeof tool === 'object' && tool !== null ? tool : {},
    );
    if (!listed.some((tool) => this.#isBlocked(server, tool))) return response;
    return JSON.stringify({ ...message, result: { ...message?.result, tools: this.marked(server, listed) } });
  }

  #isBlocked(server: ServerConfig, { name }: ListedTool): boolean {
    return typeof name === 'string' && this.rules.ruleOf(server, name) === 'block';
  }
}
