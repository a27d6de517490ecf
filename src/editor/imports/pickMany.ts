import * as vscode from 'vscode';

/** An item of a list that allows several selections. */
export interface ManyItem extends vscode.QuickPickItem {
  /** Whether the item is shown but cannot be selected. */
  readonly isFixed?: boolean;
}

/** @returns undefined if the list was closed */
export type PickMany = <Item extends ManyItem>(
  items: readonly Item[],
  options: { readonly title: string; readonly placeholder: string },
) => Promise<readonly Item[] | undefined>;

/** The editor's list has no items that cannot be selected, so the selection of such an item is reverted. */
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
