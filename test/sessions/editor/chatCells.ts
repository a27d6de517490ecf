import assert from 'node:assert/strict';
import { refreshesSince } from '../../agents/refreshes.js';
import { alice } from '../../demo/people.js';
import type { ChatSession } from './chatSession.js';
import type { EditorKind, StagedCell } from './editorRow.js';
import { accessTokenSeconds, type EditorStage } from './editorStage.js';

/** In milliseconds. */
const quickestUser = 600;

type ChatStage = EditorStage<ChatSession>;

/**
 * Returns the cells of a session of the editor's own chat, which asks for consent with a card while the
 * call waits.
 *
 * @param approval text that a user reads before a tool runs; undefined if they have allowed it before
 * @param windowClosed checks the result of a call whose window is closed
 */
export function chatCells(
  approval: RegExp | undefined,
  windowClosed: StagedCell<ChatSession>,
): EditorKind<ChatSession>['cells'] {
  return {
    'never signed in': neverSignedIn,
    'sign in': signIn,
    'step up': (stage) => stepUp(approval, stage),
    decline,
    expire,
    stop,
    'window closed': windowClosed,
  };
}

async function neverSignedIn({
  editor,
  world,
  session,
  pictures,
  authorizationServer,
}: ChatStage): Promise<void> {
  await session.promptFor('sign_in');
  await session.begin('sign_in');
  const card = await editor.window.chat.consentCard.text();
  for (const named of ['Sign in to repositories', 'repo:read', authorizationServer])
    assert.ok(card.includes(named), `the card does not name ${named}: ${card}`);
  await pictures.take(editor.window.page, 'card');
  assert.equal(
    editor.browser.context.pages().filter((page) => page.url() !== 'about:blank').length,
    1,
    'a page was opened',
  );
  assert.deepEqual(world.authorizationServer.eventsOf('registration'), []);
  await editor.window.page.waitForTimeout(quickestUser);
  await editor.window.chat.consentCard.cancel();
  assert.match(await session.result(), /sign_in did not run: the user declined/);
  await session.finish();
}

async function signIn(stage: ChatStage): Promise<void> {
  const { session } = stage;
  await session.promptFor('sign_in');
  await session.begin('sign_in');
  await stage.consent();
  assert.match(await session.result(), /Signed in to repositories/);
  await session.renewTools('list_branches');
  assert.match(await session.call('list_branches'), /main/);
  assert.equal(stage.ran(), 1);
  await session.finish();
  await stage.serversView.waitFor('repositories', alice.email);
}

async function stepUp(approval: RegExp | undefined, stage: ChatStage): Promise<void> {
  const { editor, session, world, authorizationServer } = stage;
  await stage.signIn();
  await session.promptFor('create_branch');
  await session.begin('create_branch', { name: 'wanted' });
  const read = await session.approve();
  if (approval !== undefined) assert.match(read ?? '', approval);
  const card = await editor.window.chat.consentCard.text();
  for (const named of ['repositories', 'create_branch', 'repo:write', authorizationServer, alice.email])
    assert.ok(card.includes(named), `the card does not name ${named}: ${card}`);
  await stage.pictures.take(editor.window.page, 'card');
  await stage.consent();
  assert.match(await session.result(), new RegExp(`Created branch wanted as ${alice.email}`));
  await session.finish();
  await stage.pictures.take(editor.window.page, 'done');
  assert.equal((await world.repositories.branchAuthor('wanted'))?.email, alice.email);
}

async function decline(stage: ChatStage): Promise<void> {
  const { editor, session } = stage;
  await stage.signIn();
  await session.promptFor('create_branch');
  await session.begin('create_branch', { name: 'unwanted' });
  await session.approve();
  await editor.window.chat.consentCard.text();
  // A refusal faster than a user's counts as the client's own.
  await editor.window.page.waitForTimeout(quickestUser);
  await editor.window.chat.consentCard.cancel();
  assert.match(
    await session.result(),
    /create_branch did not run: the user declined .*repo:write.*Do not try again/,
  );
  assert.match(await session.call('list_branches'), /main/, 'what was granted goes on');
  assert.equal(stage.ran(), 1);
  await session.finish();
}

async function expire(stage: ChatStage): Promise<void> {
  const { session, world } = stage;
  await stage.signIn();
  await session.promptFor('list_branches');
  assert.match(await session.call('list_branches'), /main/);
  const since = Date.now();
  await new Promise((resolve) => setTimeout(resolve, (accessTokenSeconds + 0.5) * 1000));
  assert.match(await session.call('list_branches'), /main/);
  const { count, needless, reuses } = refreshesSince(world.authorizationServer, since, accessTokenSeconds);
  assert.ok(count >= 1, 'no refresh');
  assert.deepEqual([needless, reuses], [0, 0]);
  await session.finish();
}

async function stop(stage: ChatStage): Promise<void> {
  const { session, world } = stage;
  await stage.signIn();
  await session.promptFor('list_branches');
  stage.hold();
  await session.begin('list_branches');
  await world.repositories.http.whenHeld();
  await session.stop();
  await stage.givenUp();
  world.repositories.http.fault = 'none';
  assert.equal(stage.ran(), 0);
  await session.promptFor('list_branches');
  assert.match(await session.call('list_branches'), /main/, 'the session goes on');
  await session.finish();
}
