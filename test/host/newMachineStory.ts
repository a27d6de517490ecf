import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { alice } from '../demo/people.js';
import type { OpenServer } from '../demo/openServer.js';
import type { ClickCount } from './clickCount.js';
import type { DemoEditor } from './demoEditor.js';
import type { Screenshots } from './screenshots.js';
import { allow, signIn } from './signInPages.js';
import { storyChatOf } from './storyChat.js';
import type { Workbench } from './workbench.js';

export interface NewMachineStory {
  readonly workbench: Workbench;
  readonly demo: DemoEditor;
  /** The server that needs no sign-in. */
  readonly calendar: OpenServer;
  readonly clicks: ClickCount;
  readonly shots: Screenshots;
  readonly say: (line: string) => void;
}

/** Names in the `mcp.json`. */
const NAMES = ['repositories', 'reports', 'calendar'] as const;

/**
 * Plays the story of a new machine: an editor has three servers in its `mcp.json`, two of them protected.
 * The user imports them, signs in to all, and calls one tool of each. Every step starts from something
 * visible.
 *
 * @throws Error at the first deviation
 */
export async function playNewMachine({
  workbench,
  demo,
  calendar,
  clicks,
  shots,
  say,
}: NewMachineStory): Promise<void> {
  const { page, chat } = workbench;
  const mcpJson = path.join(demo.userDataDir, 'User', 'mcp.json');
  const before = await readFile(mcpJson, 'utf8');

  say('the offer to import');
  const offer = 'You have 3 MCP servers in your user mcp.json';
  await workbench.notification(offer).waitFor();
  await shots.take(page, 'import-is-offered', 'Import…', 'Don’t Show Again');

  say('importing');
  clicks.begin('import three servers');
  await workbench.clickNotification(offer, 'Import…');
  await shots.take(page, 'servers-with-their-addresses', 'Import MCP servers', ...NAMES, calendar.url);
  await workbench.confirmPicks();
  await shots.take(page, 'move-or-copy', 'Move', 'Copy');
  await workbench.pick('Move');
  const imported = `Imported: ${NAMES.join(', ')}. Sign-in needed: repositories, reports.`;
  await workbench.notification(imported).waitFor();
  await shots.take(page, 'imported', 'Sign In to All', 'Undo');
  assert.deepEqual(JSON.parse(await readFile(mcpJson, 'utf8')), { servers: {} });
  assert.equal(await readFile(`${mcpJson}.mcp-oauth-backup`, 'utf8'), before);

  say('signing in to all');
  clicks.begin('sign in to the first server');
  const first = await workbench.pageOpenedBy(() => workbench.clickNotification(imported, 'Sign In to All'));
  await first.getByLabel('Email').waitFor();
  await signIn(first, alice);
  await allow(first, shots, 'consent-at-the-first-server', [alice.email]);
  clicks.begin('sign in to the second server');
  const next = 'Sign-in 2 of 2: reports is next.';
  await workbench.notification(next).waitFor();
  await shots.take(page, 'the-second-is-next', 'Sign In', 'Not Now');
  const second = await workbench.pageOpenedBy(() => workbench.clickNotification(next, 'Sign In'));
  await allow(second, shots, 'consent-at-the-second-server', [alice.email]);
  await workbench.statusItem(alice.email).waitFor();
  // In this editor, VS Code does not notice that its file has changed.
  const moved = 'The servers were moved.';
  await workbench.notification(moved).waitFor();
  await shots.take(page, 'signed-in-to-all', alice.email, 'Reload Window');
  clicks.begin('reload the window (an editor on a server)');
  await workbench.clickNotification(moved, 'Reload Window');
  clicks.pause();
  await workbench.statusItem(alice.email).waitFor({ state: 'detached' });
  await workbench.statusItem(alice.email).waitFor();

  const inThisEditor = storyChatOf(demo.editor, workbench);
  say(inThisEditor.opening);
  await workbench.clearNotifications();
  await inThisEditor.turnOn();
  await chat.widenTo(560);
  for (const name of NAMES) await inThisEditor.startServer(name);

  say('one call each');
  const calls = [
    ['list my branches', 'list_branches', 'main'],
    ['write a summary of last week', 'generate_summary', 'last week'],
    ['what is on today?', 'list_events', 'Nothing today'],
  ] as const;
  for (const [prompt, tool, result] of calls) {
    clicks.begin(`call ${tool}`);
    await chat.submit(prompt);
    await chat.waitForAnswer(result);
    await shots.take(page, `called-${tool}`, prompt, result);
  }
  clicks.pause();

  const undo = 'MCP OAuth: Undo Import or Export';
  say('undoing it');
  await workbench.runCommand(undo);
  await workbench.notification('The import was undone.').waitFor();
  assert.equal(await readFile(mcpJson, 'utf8'), before, 'mcp.json must be as before, byte for byte');
  await shots.take(page, 'import-undone', 'Restored: your user mcp.json.');
  await workbench.reload();
  await workbench.runCommand('View: Show MCP OAuth');
  await shots.take(page, 'offered-in-the-empty-view', 'Add Server…', 'Import Servers…');
}
