import assert from 'node:assert/strict';
import { ChatSession } from './chatSession.js';
import type { ChatKind } from './chatRow.js';
import type { ChatStage } from './chatStage.js';

/** A call is under way, and its window is closed. */
async function closeDuringCall(stage: ChatStage): Promise<void> {
  const { editor, session, world } = stage;
  await session.promptFor('list_branches');
  stage.hold();
  await session.begin('list_branches');
  await world.repositories.http.whenHeld();
  await editor.window.page.close();
}

/** The chat goes with its window, and so does the call; in another window all is as before. */
async function endsWithWindow(stage: ChatStage): Promise<void> {
  await stage.signIn();
  await closeDuringCall(stage);
  await stage.givenUp();
  await stage.editor.openWindow();
  stage.world.repositories.http.fault = 'none';
  const session = await ChatSession.begin(stage.editor, 'Local');
  await session.promptFor('list_branches');
  assert.match(await session.call('list_branches'), /main/);
  assert.equal(stage.ran(), 1);
  await session.finish();
}

/** The session goes on without its window: its model is told, and the next call waits for a window. */
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

export const localChat: ChatKind = {
  name: 'Local chat',
  harness: 'Local',
  approval: /Create a branch, as alice@example\.org/,
  windowClosed: endsWithWindow,
};

export const agentHost: ChatKind = {
  name: 'Agent host (Copilot)',
  harness: 'Copilot',
  // It shows a tool's name, and its title nowhere.
  approval: /repositories: repositories-create_branch/,
  windowClosed: goesOnWithoutWindow,
};
