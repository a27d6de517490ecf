import type { ServerConfig } from '../broker/settings/serverSettings.js';
import type { ToolRules } from '../broker/tools/toolRules.js';
import { blockedDescription } from '../mcp/toolRuleWords.js';

interface ListedTool {
  readonly name?: unknown;
}

/** Marks the tools that a rule blocks in what is listed, so that the model does not waste a call on them. */
export class BlockedTools {
  constructor(private readonly rules: Pick<ToolRules, 'ruleOf'>) {}

  marked<Item extends object>(server: ServerConfig, tools: readonly Item[]): readonly Item[] {
    return tools.map((tool) =>
      this.#isBlocked(server, tool) ? { ...tool, description: blockedDescription } : tool,
    );
  }

  /** @param answer to `tools/list`, as the server wrote it; given back unchanged where nothing in it is blocked */
  markedAnswer(server: ServerConfig, answer: string): string {
    const message = JSON.parse(answer) as { result?: { tools?: unknown } } | null;
    const tools = message?.result?.tools;
    if (!Array.isArray(tools)) return answer;
    const listed = (tools as readonly unknown[]).map((tool) =>
      typeof tool === 'object' && tool !== null ? tool : {},
    );
    if (!listed.some((tool) => this.#isBlocked(server, tool))) return answer;
    return JSON.stringify({ ...message, result: { ...message?.result, tools: this.marked(server, listed) } });
  }

  #isBlocked(server: ServerConfig, { name }: ListedTool): boolean {
    return typeof name === 'string' && this.rules.ruleOf(server, name) === 'block';
  }
}
