import { defined } from '../../base/defined.js';
import * as vscode from 'vscode';
import type { ServerConfig } from '../../broker/settings/serverSettings.js';
import type { ToolLists } from '../../broker/tools/declaredTool.js';
import { toolRuleNames, type ToolRule } from '../../broker/tools/toolRules.js';
import type { Commands } from '../adapters/commands.js';
import { notifications, plain } from '../adapters/notifications.js';
import type { ServerChoice } from '../signIn/serverChoice.js';
import type { EditorToolRules } from '../settings/toolRuleSettings.js';
import { ruleLabel } from '../views/toolTexts.js';

export interface ToolCommandParts {
  readonly choice: ServerChoice;
  readonly toolRules: EditorToolRules;
  readonly toolLists: ToolLists;
}

/** Registers “Set Tool Rule…”: allow, ask every time, or block. */
export function registerToolCommands(commands: Commands, parts: ToolCommandParts): void {
  commands.register('setToolRule', async (row) => {
    const server = await parts.choice.choose(row, vscode.l10n.t('Set a tool rule for which MCP server?'));
    if (server === undefined) return;
    const tool = toolOf(row) ?? (await chooseTool(server, parts));
    if (tool === undefined) return;
    const rule = await chooseRule(server, tool, parts.toolRules.ruleOf(server, tool));
    if (rule === undefined) return;
    await parts.toolRules.set(server, tool, rule);
  });
}

function toolOf(row: unknown): string | undefined {
  if (typeof row !== 'object' || row === null || !('tool' in row)) return undefined;
  return typeof row.tool === 'string' ? row.tool : undefined;
}

async function chooseTool(server: ServerConfig, parts: ToolCommandParts): Promise<string | undefined> {
  const { t } = vscode.l10n;
  const tools = parts.toolLists.declarations(server);
  if (tools.length === 0) {
    void notifications.information(t('The tools of {0} aren’t known yet. Sign in first.', server.name));
    return undefined;
  }
  const items = tools.map(({ name, title }) =>
    defined({
      label: plain(name),
      description: ruleLabel(parts.toolRules.ruleOf(server, name)),
      detail: title !== undefined ? plain(title) : undefined,
      name,
    }),
  );
  const picked = await vscode.window.showQuickPick(items, {
    title: t('Tools of {0}', server.name),
    placeHolder: t('Set the rule of which tool?'),
    matchOnDetail: true,
  });
  return picked?.name;
}

async function chooseRule(server: ServerConfig, tool: string, now: ToolRule): Promise<ToolRule | undefined> {
  const { t } = vscode.l10n;
  const details: Readonly<Record<ToolRule, string>> = {
    allow: t('Calls run. The chat may still ask for confirmation.'),
    ask: t('Each call waits until you allow it, no matter who calls.'),
    block: t('Calls are never sent to the server, no matter who calls. The model is informed.'),
  };
  const items = toolRuleNames.map((rule) =>
    defined({
      label: ruleLabel(rule),
      description: rule === now ? t('now') : undefined,
      detail: details[rule],
      rule,
    }),
  );
  const title = t('{0} on {1}', plain(tool), server.name);
  const picked = await vscode.window.showQuickPick(items, { title });
  return picked?.rule;
}
