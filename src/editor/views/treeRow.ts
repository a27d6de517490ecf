import * as vscode from 'vscode';
import type { Disposable } from '../../base/clock.js';
import type { ServerConfig } from '../../broker/settings/serverSettings.js';
import type { ServerStatus } from './serverStatuses.js';

/** One row of the view “Servers”; commands chosen at it are given it. */
export interface TreeRow {
  /** The same for what is the same, so that a row keeps its place, its selection and what is open below it. */
  readonly id: string;
  /** The server it is about, for the commands of its menu. */
  readonly server?: ServerConfig | undefined;
  readonly item: vscode.TreeItem;
  /** Absent if nothing is ever below it. */
  readonly children?: (() => readonly TreeRow[] | Promise<readonly TreeRow[]>) | undefined;
}

export interface RowLook {
  readonly id: string;
  /** What menus match; see package.json. */
  readonly kind: string;
  readonly label: string;
  readonly description?: string | undefined;
  /** What a screen reader says of the whole row, and what the row says when the pointer rests on it. */
  readonly spoken: string;
  /** In place of `spoken` for the pointer; plain text, in which the editor draws no link. */
  readonly tooltip?: string | undefined;
  readonly icon: string;
  /** The id of a theme colour. */
  readonly color?: string | undefined;
  readonly isOpen?: boolean;
  readonly server?: ServerConfig | undefined;
  readonly children?: TreeRow['children'];
}

/** A row: icon, label and description, and one sentence with the same content. */
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

/** A part of the view: the rows it puts below each server. */
export interface TreeSection {
  rows(entry: ServerStatus): readonly TreeRow[] | Promise<readonly TreeRow[]>;
  /** Tells that rows may have changed which no status tells of. */
  readonly onDidChange?: (listener: () => void) => Disposable;
}
