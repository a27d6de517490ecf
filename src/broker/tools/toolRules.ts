import { isObject } from '../../oauth/jsonResponse.js';
import { shorten } from '../settings/oauthSettings.js';
import type { Disposable } from '../../base/clock.js';
import type { ServerConfig, SettingProblem, ServerLabel } from '../settings/serverSettings.js';

/** What the user decided about the calls of one tool. `allow` is the rule of a tool without one. */
export const toolRuleNames = ['allow', 'ask', 'block'] as const;
export type ToolRule = (typeof toolRuleNames)[number];

/** The present rules. */
interface RuleTable {
  ruleOf(server: ServerConfig, tool: string): ToolRule;
}

export interface ToolRules extends RuleTable {
  onDidChange(listener: () => void): Disposable;
}

/** For a broker without rules. */
export const noToolRules: ToolRules = {
  ruleOf: () => 'allow',
  onDidChange: () => ({ dispose: () => undefined }),
};

/**
 * The rules of `mcpOAuthBroker.toolRules`. What cannot be read counts as `ask`: it was written to hold
 * something back, and a question holds it back without losing anything.
 */
export class ParsedToolRules implements RuleTable {
  constructor(
    /** By server and tool; undefined for a server whose rules cannot be read, or for all if none can. */
    private readonly rules: ReadonlyMap<string, ReadonlyMap<string, ToolRule> | undefined> | undefined,
    readonly problems: readonly SettingProblem[],
  ) {}

  ruleOf({ name }: ServerLabel, tool: string): ToolRule {
    if (this.rules === undefined) return 'ask';
    if (!this.rules.has(name)) return 'allow';
    const ofServer = this.rules.get(name);
    return ofServer === undefined ? 'ask' : (ofServer.get(tool) ?? 'allow');
  }
}

/**
 * Reads the value of `mcpOAuthBroker.toolRules`.
 *
 * @param value the setting as the editor gives it: a map from server name to tool name to rule
 */
export function parseToolRules(value: unknown): ParsedToolRules {
  const problems: SettingProblem[] = [];
  if (value === undefined || value === null) return new ParsedToolRules(new Map(), problems);
  if (!isObject(value)) {
    const message = 'mcpOAuthBroker.toolRules must be an object: server name → tool name → rule.';
    return new ParsedToolRules(undefined, [{ server: '', field: 'toolRules', message }]);
  }
  const rules = new Map<string, ReadonlyMap<string, ToolRule> | undefined>();
  for (const [server, entry] of Object.entries(value)) {
    const report = (field: string, message: string) => problems.push({ server, field, message });
    if (isObject(entry)) rules.set(server, parseRules(entry, report));
    else {
      rules.set(server, undefined);
      report(
        'toolRules',
        'The rules of a server must be an object: tool name → rule. Until then, every tool asks.',
      );
    }
  }
  return new ParsedToolRules(rules, problems);
}

function parseRules(
  entry: Readonly<Record<string, unknown>>,
  report: (field: string, message: string) => void,
): ReadonlyMap<string, ToolRule> {
  const rules = new Map<string, ToolRule>();
  for (const [tool, given] of Object.entries(entry)) {
    const rule = toolRuleNames.find((name) => name === given);
    rules.set(tool, rule ?? 'ask');
    if (rule === undefined) {
      const known = toolRuleNames.map((name) => `"${name}"`).join(', ');
      report(`toolRules.${shorten(tool)}`, `The rule must be one of ${known}. Until then, the tool asks.`);
    }
  }
  return rules;
}

/** One call that a rule makes the user decide on. */
export interface ToolQuestion {
  readonly server: ServerConfig;
  /** The tool's name, fit to be shown. */
  readonly tool: string;
  /** The account of the call, if it is known. */
  readonly account?: string | undefined;
  /** The name of the calling agent, if there is one: its call was refused, and the question is about its next one. */
  readonly agent?: string;
}

/** Asks the user outside the chat, if a caller that cannot show a question calls a tool whose rule is to ask. */
export interface ToolPrompt {
  /**
   * @param signal aborted when the call is gone or has waited for too long
   * @returns false if the user declined or closed it
   */
  ask(question: ToolQuestion, signal: AbortSignal): Promise<boolean>;
}
