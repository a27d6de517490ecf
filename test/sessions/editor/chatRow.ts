import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { refreshesSince } from '../../agents/refreshes.js';
import { alice } from '../../demo/people.js';
import type { Row, SessionEvent } from '../grid.js';
import type { Harness } from './chatSession.js';
import { accessTokenSeconds, ChatStage } from './chatStage.js';
import { SessionEditor } from './sessionEditor.js';

/** How one kind of chat session differs from another. */
export interface ChatKind {
  readonly name: string;
  readonly harness: Harness;
  /** What a user reads before a tool runs. */
  readonly approval: RegExp;
  /** What becomes of a call whose window is closed. */
  readonly windowClosed: (stage: ChatStage) => Promise<void>;
}

/**
 * A kind of session in the editor's own chat. What is missing is asked for by a card in the chat, while the call waits.
 *
 * @param pictures absolute directory for pictures of the cards
 */
export function chatRow(kind: ChatKind, pictures: string): Row {
  let editor: SessionEditor | undefined;
  const on = (act: (stage: ChatStage, kind: ChatKind) => Promise<void>, event: SessionEvent) => async () => {
    if (editor === undefined) throw new Error('The editor has not been started.');
    const shots = path.join(
      pictures,
      kind.name.replace(/\W+/g, '-').toLowerCase(),
      event.replaceAll(' ', '-'),
    );
    await rm(shots, { recursive: true, force: true });
    const stage = await ChatStage.set(editor, kind.harness, shots);
    try {
      await act(stage, kind);
    } catch (error) {
      await stage.pictures.takeFailed(editor.browser.context.pages());
      // The next cell must not meet what this one left.
      await editor.renewWindow();
      throw error;
    } finally {
      await stage.end();
    }
  };
  return {
    name: kind.name,
    start: async () => {
      const started = await SessionEditor.start();
      editor = started;
      return () => started.close();
    },
    cells: {
      'never signed in': on(neverSignedIn, 'never signed in'),
      'sign in': on(signIn, 'sign in'),
      'step up': on(stepUp, 'step up'),
      decline: on(decline, 'decline'),
      expire: on(expire, 'expire'),
      stop: on(stop, 'stop'),
      'window closed': on(kind.windowClosed, 'window closed'),
    },
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
  await editor.window.chat.consentCard.cancel();
  assert.match(await session.result(), /sign_in did not run: the person declined/);
  await session.finish();
}

async function signIn(stage: ChatStage): Promise<void> {
  const { session } = stage;
  await session.promptFor('sign_in');
  await session.begin('sign_in');
  await stage.consent();
  assert.match(await session.result(), /Signed in to repositories/);
  assert.match(await session.call('list_branches'), /main/);
  assert.equal(stage.ran(), 1);
  await session.finish();
  await stage.serversView.waitFor('repositories', alice.email);
}

async function stepUp(stage: ChatStage, { approval }: ChatKind): Promise<void> {
  const { editor, session, world, authorizationServer } = stage;
  await stage.signIn();
  await session.promptFor('create_branch');
  await session.begin('create_branch', { name: 'wanted' });
  assert.match(await session.approve(), approval);
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
  await editor.window.chat.consentCard.cancel();
  assert.match(
    await session.result(),
    /create_branch did not run: the person declined .*repo:write.*Do not try again/,
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
