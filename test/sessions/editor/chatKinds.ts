import assert from 'node:assert/strict';
import { ChatSession } from './chatSession.js';
import { chatCells } from './chatCells.js';
import type { EditorKind } from './editorRow.js';
import type { EditorStage } from './editorStage.js';

type ChatStage = EditorStage<ChatSession>;

/** Closes the window during a call. */
async function closeDuringCall(stage: ChatStage): Promise<void> {
  const { editor, session, world } = stage;
  await session.promptFor('list_branches');
  stage.hold();
  await session.begin('list_branches');
  await world.repositories.http.whenHeld();
  await editor.window.page.close();
}

/** The chat and its call end with the window. In another window, everything is unchanged. */
async function endsWithWindow(stage: ChatStage): Promise<void> {
  await stage.signIn();
  await closeDuringCall(stage);
  await stage.givenUp();
  await stage.editor.openWindow();
  stage.world.repositories.http.fault = 'none';
  const session = await stage.begin();
  await session.promptFor('list_branches');
  assert.match(await session.call('list_branches'), /main/);
  assert.equal(stage.ran(), 1);
  await session.finish();
}

/**
 * The session continues without its window: its model receives a result, and the next call waits for a
 * window.
 */
async function goesOnWithoutWindow(stage: ChatStage): Promise<void> {
  const { session } = stage;
  await stage.signIn();
  await closeDuringCall(stage);
  assert.match(
    await session.result(),
    /It is not known whether the (call|request) ran, so it was not sent again/,
  );
  stage.world.repositories.http.fault = 'none';
  await session.begin('list_branches');
  await stage.editor.openWindow();
  assert.match(await session.result(), /main/);
  assert.equal(stage.ran(), 1);
  await session.reply({ kind: 'text', text: 'That is all.' });
}

export const localChat: EditorKind<ChatSession> = {
  name: 'Local chat',
  isEditorsOwn: true,
  begin: (editor) => ChatSession.begin(editor, { harness: 'Local' }),
  cells: chatCells(/Create a branch, as alice@example\.org/, endsWithWindow),
};

/** Another model, which the chat's own model starts, makes the calls. */
export const subAgent: EditorKind<ChatSession> = {
  name: 'Sub-agent',
  isEditorsOwn: true,
  begin: (editor) => ChatSession.begin(editor, { harness: 'Local', subAgent: true }),
  // In the local chat's row, the user has allowed the tool.
  cells: chatCells(undefined, endsWithWindow),
};

export const agentHost: EditorKind<ChatSession> = {
  name: 'Agent host (Copilot)',
  isEditorsOwn: false,
  begin: (editor) => ChatSession.begin(editor, { harness: 'Copilot' }),
  // It shows a tool's name, and never its title.
  cells: chatCells(/repositories: repositories-create_branch/, goesOnWithoutWindow),
};
