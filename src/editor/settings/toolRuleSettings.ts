import * as vscode from 'vscode';
import { Emitter } from '../../base/event.js';
import type { Disposable } from '../../base/clock.js';
import { section } from '../../broker/settings/ownSettings.js';
import { withoutEntry } from '../../broker/settings/serverEntries.js';
import type { SettingProblem, ServerLabel } from '../../broker/settings/serverSettings.js';
import {
  parseToolRules,
  type ParsedToolRules,
  type ToolRule,
  type ToolRules,
} from '../../broker/tools/toolRules.js';
import { isObject } from '../../oauth/jsonResponse.js';
import { usersOwn } from './usersOwnSettings.js';
import { SettingUnwritable, writeWithApi, type WriteSetting } from './writeSetting.js';

const key = 'toolRules';

/**
 * The user setting `mcpOAuthBroker.toolRules`. It can be read, reviewed and rolled out like any setting, and
 * a workspace cannot relax a rule.
 */
export class EditorToolRules implements ToolRules, Disposable {
  readonly #changed = new Emitter<ParsedToolRules>();
  readonly #subscription: vscode.Disposable;
  #current = parseToolRules(raw());

  readonly onDidChange = this.#changed.event;

  constructor(private readonly writeSetting: WriteSetting = writeWithApi) {
    let before = JSON.stringify(raw());
    this.#subscription = vscode.workspace.onDidChangeConfiguration((event) => {
      if (!event.affectsConfiguration(`${section}.${key}`)) return;
      const now = JSON.stringify(raw());
      if (now === before) return;
      before = now;
      this.#current = parseToolRules(raw());
      this.#changed.fire(this.#current);
    });
  }

  ruleOf(server: ServerLabel, tool: string): ToolRule {
    return this.#current.ruleOf(server, tool);
  }

  get problems(): readonly SettingProblem[] {
    return this.#current.problems;
  }

  /** Returns the value for a server, valid or not; undefined if there is none. */
  written(name: string): unknown {
    const all = raw();
    return isObject(all) ? ownOf(all, name) : undefined;
  }

  /**
   * Writes all rules of a server at once.
   *
   * @param rules in the form that {@link written} returns; undefined removes them
   * @throws SettingUnwritable if part of the setting would be lost
   */
  async write(name: string, rules: unknown): Promise<void> {
    if (JSON.stringify(this.written(name)) === JSON.stringify(rules)) return;
    const all = raw() ?? {};
    if (!isObject(all)) throw notAnObject();
    const others = withoutEntry(all, name);
    await this.writeSetting(key, rules === undefined ? others : { ...others, [name]: rules });
  }

  /** @throws SettingUnwritable if part of the setting would be lost */
  async set(server: ServerLabel, tool: string, rule: ToolRule): Promise<void> {
    const all = raw() ?? {};
    const entry = isObject(all) ? (ownOf(all, server.name) ?? {}) : undefined;
    if (!isObject(all) || !isObject(entry)) throw notAnObject();
    const rules = Object.entries(entry).filter(([name]) => name !== tool);
    if (rule !== 'allow') rules.push([tool, rule]);
    const others = Object.entries(all).filter(([name]) => name !== server.name);
    // Object.fromEntries creates an own property even for `__proto__`, which may be the name of a tool.
    const next = rules.length === 0 ? others : [...others, [server.name, Object.fromEntries(rules)]];
    await this.writeSetting(key, Object.fromEntries(next));
  }

  dispose(): void {
    this.#subscription.dispose();
  }
}

function notAnObject(): SettingUnwritable {
  return new SettingUnwritable(
    vscode.l10n.t('The setting {0} is not an object. Correct it first.', `${section}.${key}`),
  );
}

function raw(): unknown {
  return usersOwn(key);
}

function ownOf(all: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(all, name) ? all[name] : undefined;
}
