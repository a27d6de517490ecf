import assert from 'node:assert/strict';
import { alice } from '../demo/people.js';
import type { DemoEditor } from './demoEditor.js';
import type { Screenshots } from './screenshots.js';
import { allow, signIn } from './signInPages.js';
import { storyChatOf } from './storyChat.js';
import type { Workbench } from './workbench.js';

export const BRANCH = 'demo-branch';
export const PROMPT = `create a branch called ${BRANCH}`;
/** As the editor shows `create_branch`. */
const TOOL_TITLE = 'Create a branch';

export interface Story {
  readonly workbench: Workbench;
  readonly demo: DemoEditor;
  readonly shots: Screenshots;
  /** Prints a line about each step. */
  readonly say: (line: string) => void;
}

/**
 * Plays the main story as a user does: signs in from the palette, asks the chat for a branch, approves the
 * tool, consents to the missing scope, and reads the result.
 *
 * @throws Error at the first deviation
 */
export async function playStory({ workbench, demo, shots, say }: Story): Promise<void> {
  const { page, chat } = workbench;
  const inThisEditor = storyChatOf(demo.editor, workbench);

  say(inThisEditor.opening);
  await inThisEditor.turnOn();
  await chat.widenTo(560);

  say('signing in from the palette');
  await workbench.runCommand('MCP OAuth: Sign In…');
  await shots.take(page, 'sign-in-asks-which-server', 'repositories');
  const popup = await workbench.pageOpenedBy(() => workbench.pick('repositories'));
  await popup.getByLabel('Email').waitFor();
  await shots.take(popup, 'login-page', 'Sign in', 'Email', 'Password');
  await signIn(popup, alice);
  await allow(popup, shots, 'consent-page', [alice.email, 'repo:read']);
  await workbench.statusItem(alice.email).waitFor();
  await shots.take(page, 'signed-in', alice.email);
  await workbench.clearNotifications();

  say('asking the chat for a branch');
  await inThisEditor.startServer('repositories');
  await chat.submit(PROMPT);
  await shots.take(page, 'chat-asks-to-run-the-tool', PROMPT, `Run ${TOOL_TITLE}`, inThisEditor.allow);
  await chat.approveTool(TOOL_TITLE);

  say('consenting to the added scope');
  const question = await chat.consentCard.text();
  for (const named of [
    'repositories',
    'create_branch',
    'repo:write',
    new URL(demo.world.authorizationServer.issuer).host,
  ]) {
    assert.ok(question.includes(named), `what asks for consent does not name ${named}: ${question}`);
  }
  await shots.take(page, ...inThisEditor.consentShown, 'repo:write');
  const consent = await workbench.pageOpenedBy(() => chat.consentCard.open());
  await allow(consent, shots, 'consent-to-the-added-scope', ['repo:write']);

  say('reading the result');
  await chat.waitForAnswer(BRANCH);
  await chat.unfoldSteps();
  await shots.take(page, 'result-and-who-acted', BRANCH, `create_branch as ${alice.email}`);

  const author = await demo.world.repositories.branchAuthor(BRANCH);
  assert.deepEqual(
    author,
    { name: alice.name, email: alice.email, subject: alice.sub },
    `the branch ${BRANCH} must exist in git, made by the user who signed in`,
  );
}
