import * as vscode from 'vscode';
import type { ConsentStatusName } from '../../broker/status/consentStatus.js';
import {
  declaredAuthorization,
  type DeclaredTool,
  type ToolLists,
  type ToolUse,
  type ToolUses,
} from '../../broker/tools/declaredTool.js';
import type { Clock, Disposable } from '../../base/clock.js';
import { toolConsent, type ToolConsent } from '../../broker/tools/toolConsent.js';
import type { ToolRules } from '../../broker/tools/toolRules.js';
import type { ToolScopes } from '../../broker/tools/toolScopes.js';
import { displayText } from '../../base/displayText.js';
import { commandId } from '../adapters/commands.js';
import { missingFeatures, startCommand } from '../adapters/editorFeatures.js';
import { absoluteTime, relativeTime } from './relativeTime.js';
import type { ServerStatus } from './serverStatuses.js';
import { briefToolConsent, ruleLabel, toolTexts } from './toolTexts.js';
import { treeRow, type TreeRow, type TreeSection } from './treeRow.js';

export interface ToolRowParts {
  readonly lists: ToolLists;
  readonly toolScopes: {
    readonly learned: ToolScopes['learned'];
    readonly onDidChange: ToolScopes['onDidChange'];
  };
  readonly rules: ToolRules;
  /** When tools were last called; absent if no calls are recorded. */
  readonly uses?: ToolUses;
  readonly clock: Clock;
  /** The ID of this extension, by which the editor identifies its servers. */
  readonly extensionId: string;
}

/** The statuses in which a server can be started, because no other action is required first. */
const startable: ReadonlySet<ConsentStatusName> = new Set(['unknown', 'open', 'ready', 'needsScopes']);

/** The row of a tool, as a command that is run on it receives it. */
export interface ToolRow extends TreeRow {
  /** The name by which the tool is called. */
  readonly tool: string;
  readonly consent: ToolConsent;
}

/**
 * “Tools” below a server: each tool with the outcome to expect for its next call, its rule, and when it was
 * last called.
 */
export class ToolRows implements TreeSection {
  constructor(private readonly parts: ToolRowParts) {}

  readonly onDidChange = (listener: () => void): Disposable => {
    const { lists, toolScopes, rules, uses } = this.parts;
    const subscriptions = [
      lists.onDidChange(listener),
      toolScopes.onDidChange(listener),
      rules.onDidChange(listener),
      ...(uses === undefined ? [] : [uses.onDidAdd(listener)]),
    ];
    return {
      dispose: () => {
        for (const subscription of subscriptions) subscription.dispose();
      },
    };
  };

  rows(entry: ServerStatus): readonly TreeRow[] {
    const { server } = entry;
    const tools = this.parts.lists.declarations(server);
    if (tools.length === 0) return this.#howToKnow(entry);
    const { t } = vscode.l10n;
    const consents = tools.map((tool) => this.consentOf(entry, tool));
    const blocked = consents.filter(({ status }) => status === 'blocked').length;
    const lacking = consents.filter(({ status }) => status === 'needsScopes').length;
    const counts = [
      String(tools.length),
      ...(lacking === 0 ? [] : [t('{0} need more access', lacking)]),
      ...(blocked === 0 ? [] : [t('{0} blocked', blocked)]),
    ].join(', ');
    return [
      treeRow({
        id: `tools ${server.name}`,
        kind: 'tools',
        label: t('Tools'),
        description: counts,
        spoken: t('Tools of {0}: {1}', server.name, counts),
        icon: 'tools',
        server,
        children: () => Promise.all(tools.map((tool) => this.#row(entry, tool))),
      }),
    ];
  }

  /**
   * Returns a row that explains how to make the tools known, and does it when selected, if no tool is known.
   * If another action is required first, the server's status already shows it.
   */
  #howToKnow({ server, status }: ServerStatus): readonly TreeRow[] {
    const { t } = vscode.l10n;
    const isSignIn = status.status === 'signedOut' || status.status === 'expired';
    const canStart = startable.has(status.status) && !missingFeatures().includes('mcpServers');
    if (!isSignIn && !canStart) return [];
    const how = isSignIn ? t('sign in to list them') : t('start the server to list them');
    const row = treeRow({
      id: `tools ${server.name}`,
      kind: 'toolsUnknown',
      label: t('Tools'),
      description: how,
      spoken: t('Tools of {0}: {1}', server.name, how),
      tooltip: isSignIn
        ? t('No tools are known yet. They are listed after you sign in and the chat uses the server.')
        : t(
            'No tools are known yet. They are listed after the chat uses the server, or when you select this row.',
          ),
      icon: 'tools',
      server,
    });
    row.item.command = isSignIn
      ? { command: commandId('signIn'), title: t('Sign In'), arguments: [server.name] }
      : startCommand(this.parts.extensionId, server);
    return [row];
  }

  /** Returns the known scopes that the server's settings and its tools request. */
  askedScopes(entry: ServerStatus): readonly string[] {
    const { server, status } = entry;
    const needed = this.parts.lists
      .declarations(server)
      .flatMap((tool) => this.consentOf(entry, tool).needed);
    return [...new Set([...(server.oauth.scopes ?? []), ...needed, ...status.missing])];
  }

  /** Returns the consent that the next call of a tool requires. */
  consentOf({ server, status }: ServerStatus, tool: DeclaredTool): ToolConsent {
    const learned = this.parts.toolScopes.learned(server, tool.name);
    const declared = declaredAuthorization(tool);
    return toolConsent({
      tool: tool.name,
      rule: this.parts.rules.ruleOf(server, tool.name),
      server: status,
      learned,
      declared,
    });
  }

  async #row(entry: ServerStatus, tool: DeclaredTool): Promise<ToolRow> {
    const { server } = entry;
    const consent = this.consentOf(entry, tool);
    const use = await this.parts.uses?.lastUse(server.url, tool.name);
    const { icon, color } = toolTexts(consent.status);
    const name = displayText(tool.name) ?? '…';
    const now = this.parts.clock.now();
    const { t } = vscode.l10n;
    const usedBriefly = use === undefined ? [] : [relativeTime(use.at, now, 'narrow')];
    const used = use === undefined ? [] : [t('used {0}', relativeTime(use.at, now))];
    const row = treeRow({
      id: `tool ${server.name} ${tool.name}`,
      kind: `tool ${consent.status}`,
      label: name,
      description: [briefToolConsent(consent, 'little'), ...usedBriefly].join(' · '),
      spoken: [`${name}: ${briefToolConsent(consent, 'much')}`, ...used].join('; '),
      tooltip: tooltip(tool, consent, use),
      icon,
      color,
      server,
    });
    return { ...row, tool: tool.name, consent };
  }
}

/**
 * Returns one line for each detail. The server's own description of the tool comes last, and is marked as
 * such.
 */
function tooltip(tool: DeclaredTool, consent: ToolConsent, use: ToolUse | undefined): string {
  const { t } = vscode.l10n;
  const title = displayText(tool.title);
  const description = displayText(tool.description);
  const lines = [
    [displayText(tool.name) ?? '…', title].filter((text) => text !== undefined).join(' – '),
    t('Next call: {0}', toolTexts(consent.status).label),
    t('Rule: {0}', ruleLabel(consent.rule)),
    ...(consent.needed.length === 0 ? [] : [t('Required scopes: {0}', consent.needed.join(', '))]),
    ...(consent.missing.length === 0 ? [] : [t('Missing scopes: {0}', consent.missing.join(', '))]),
    ...(use === undefined
      ? []
      : [
          use.account === undefined
            ? t('Last called: {0}', absoluteTime(use.at))
            : t('Last called: {0}, as {1}', absoluteTime(use.at), use.account),
        ]),
    ...(description === undefined ? [] : ['', t('The server says: {0}', description)]),
  ];
  return lines.join('\n');
}
