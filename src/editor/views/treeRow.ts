import * as vscode from 'vscode';
import type { Disposable } from '../../base/clock.js';
import type { ServerConfig } from '../../broker/settings/serverSettings.js';
import type { ServerStatus } from './serverStatuses.js';

/** A row of the view “Servers”, as a command that is run on it receives it. */
export interface TreeRow {
  /**
   * Stays the same when the row is updated, so that the row keeps its position, selection and expanded state.
   */
  readonly id: string;
  /** The row's server, for the commands of its menu. */
  readonly server?: ServerConfig | undefined;
  readonly item: vscode.TreeItem;
  /** Returns the rows below this one; absent if there can be none. */
  readonly children?: (() => readonly TreeRow[] | Promise<readonly TreeRow[]>) | undefined;
}

export interface RowLook {
  readonly id: string;
  /** The value that the menus in package.json match. */
  readonly kind: string;
  readonly label: string;
  readonly description?: string | undefined;
  /** The text of the whole row for screen readers and, unless there is a tooltip, on hover. */
  readonly spoken: string;
  /** Replaces `spoken` on hover; plain text, in which the editor renders no links. */
  readonly tooltip?: string | undefined;
  readonly icon: string;
  /** The ID of a theme color. */
  readonly color?: string | undefined;
  readonly isOpen?: boolean;
  readonly server?: ServerConfig | undefined;
  readonly children?: TreeRow['children'];
}

/** Creates a row: icon, label and description, and one sentence with the same content. */
export function treeRow(look: RowLook): TreeRow {
  const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
  const state = look.children === undefined ? None : look.isOpen === true ? Expanded : Collapsed;
  const item = new vscode.TreeItem(look.label, state);
  item.id = look.id;
  if (look.description !== undefined) item.description = look.description;
  item.tooltip = look.tooltip ?? look.spoken;
  item.accessibilityInformation = { label: look.spoken };
  item.iconPath = new vscode.ThemeIcon(
    look.icon,
    look.color === undefined ? undefined : new vscode.ThemeColor(look.color),
  );
  item.contextValue = look.kind;
  return { id: look.id, item, server: look.server, children: look.children };
}

/** A section of the view: the rows that it adds below each server. */
export interface TreeSection {
  rows(entry: ServerStatus): readonly TreeRow[] | Promise<readonly TreeRow[]>;
  /** Reports changes of rows that no status reports. */
  readonly onDidChange?: (listener: () => void) => Disposable;
}
