import * as vscode from 'vscode';

/** A row of a list in which several can be picked. */
export interface ManyItem extends vscode.QuickPickItem {
  /** Shown, and never picked. */
  readonly isFixed?: boolean;
}

/** @returns undefined if the list was closed */
export type PickMany = <Item extends ManyItem>(
  items: readonly Item[],
  options: { readonly title: string; readonly placeholder: string },
) => Promise<readonly Item[] | undefined>;

/** The editor's own list has no rows that cannot be picked: a pick of one is taken back. */
export const pickMany: PickMany = <Item extends ManyItem>(
  items: readonly Item[],
  { title, placeholder }: { readonly title: string; readonly placeholder: string },
) => {
  const list = vscode.window.createQuickPick<Item>();
  const closed = Promise.withResolvers<readonly Item[] | undefined>();
  const isFree = ({ isFixed }: Item) => isFixed !== true;
  Object.assign(list, {
    title,
    placeholder,
    canSelectMany: true,
    ignoreFocusOut: true,
    matchOnDescription: true,
  });
  list.items = items;
  list.selectedItems = items.filter(({ picked }) => picked === true);
  list.onDidChangeSelection((selected) => {
    if (!selected.every(isFree)) list.selectedItems = selected.filter(isFree);
  });
  list.onDidAccept(() => {
    closed.resolve(list.selectedItems.filter(isFree));
    list.hide();
  });
  list.onDidHide(() => {
    closed.resolve(undefined);
    list.dispose();
  });
  list.show();
  return closed.promise;
};
