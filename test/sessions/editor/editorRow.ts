import { rm } from 'node:fs/promises';
import path from 'node:path';
import { events, type Cell, type Row, type SessionEvent } from '../grid.js';
import { EditorStage, type Beginning } from './editorStage.js';
import type { SharedEditor } from './sharedEditor.js';

export type StagedCell<Session> =
  ((stage: EditorStage<Session>) => Promise<void>) | { readonly none: string };

/** A kind of session that runs in the editor. */
export interface EditorKind<Session> extends Beginning<Session> {
  readonly name: string;
  readonly cells: Readonly<Record<SessionEvent, StagedCell<Session>>>;
}

/** @param pictures absolute directory for pictures of cards, and of the screen when a cell failed */
export function editorRow<Session>(kind: EditorKind<Session>, shared: SharedEditor, pictures: string): Row {
  const cellOf = (event: SessionEvent): Cell => {
    const act = kind.cells[event];
    if (typeof act === 'object') return act;
    const directory = path.join(pictures, inFileName(kind.name), inFileName(event));
    return async () => {
      await rm(directory, { recursive: true, force: true });
      const editor = await shared.get();
      const stage = await EditorStage.set(editor, kind, directory);
      try {
        await act(stage);
      } catch (error) {
        await stage.pictures.takeFailed(editor.browser.context.pages());
        // The next cell must start without leftovers of this one.
        await editor.renewWindow();
        throw error;
      } finally {
        await stage.end();
      }
    };
  };
  const cells = Object.fromEntries(events.map((event) => [event, cellOf(event)])) as Row['cells'];
  return { name: kind.name, start: () => shared.get().then(() => undefined), cells };
}

function inFileName(text: string): string {
  return text.replace(/\W+/g, '-').replace(/-$/, '').toLowerCase();
}
