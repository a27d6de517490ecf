import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Locator } from 'playwright-core';
import { refreshesSince } from '../../agents/refreshes.js';
import { alice } from '../../demo/people.js';
import { callTool } from '../../relay/relayWorld.js';
import { answer } from '../../workbench/userInBrowser.js';
import type { EditorKind } from './editorRow.js';
import { accessTokenSeconds, server, type EditorStage } from './editorStage.js';
import type { SharedEditor } from './sharedEditor.js';

type GatewayStage = EditorStage<Client>;

/**
 * Returns a client of VS Code's MCP gateway, which serves the sessions in the extension host. The editor
 * asks for consent in a notification.
 */
export function gateway(shared: SharedEditor): EditorKind<Client> {
  return {
    name: 'MCP gateway',
    isEditorsOwn: true,
    begin: async () => {
      for (;;) {
        const address = await shared.gatewayAddress(server);
        // The address of a closed window remains on disk until the next window writes its own.
        const client = address === undefined ? undefined : await connect(address).catch(() => undefined);
        if (client !== undefined && (await hasTools(client))) return client;
        await setTimeout(200);
      }
    },
    cells: {
      'never signed in': neverSignedIn,
      'sign in': signIn,
      'step up': stepUp,
      decline,
      expire,
      stop: {
        none: 'the gateway passes no cancellation on, so a call that a client gives up runs to its end',
      },
      'window closed': windowClosed,
    },
  };
}

/** Checks whether the server runs, by listing its tools, which also starts it. */
async function hasTools(client: Client): Promise<boolean> {
  for (let tries = 0; tries < 50; tries++) {
    if ((await toolNames(client).catch(() => [])).length > 0) return true;
    await setTimeout(200);
  }
  await client.close();
  return false;
}

async function connect(address: string): Promise<Client> {
  const client = new Client({ name: 'gateway-client', version: '1' });
  await client.connect(new StreamableHTTPClientTransport(new URL(address)));
  return client;
}

/** Returns the editor's question. It fades after some seconds, and stays in the notification center. */
async function question({ editor }: GatewayStage, text: string): Promise<Locator> {
  const { window } = editor;
  const bar = window.page.locator('.statusbar');
  await bar.getByRole('button', { name: 'repositories: Waiting for you' }).waitFor();
  await window.runCommand('Notifications: Show Notifications');
  const asked = window.notification(text);
  await asked.waitFor();
  return asked;
}

/** Returns the client of a signed-in user. */
async function signedIn(stage: GatewayStage): Promise<void> {
  await stage.signIn();
  await listsBranches(stage.session);
}

async function listsBranches(client: Client): Promise<void> {
  while (!(await toolNames(client)).includes('list_branches')) await setTimeout(100);
}

/** Closing it counts as a denial. */
async function close(asked: Locator): Promise<void> {
  await asked.hover();
  await asked.getByRole('button', { name: /^Clear Notification/ }).click();
}

async function consent(stage: GatewayStage, text: string): Promise<void> {
  const { window } = stage.editor;
  const open = (await question(stage, text)).getByRole('button', { name: /^Open/ });
  await answer(await window.pageOpenedBy(() => open.click()), window);
}

/** Starts a call that waits for the user. Its failure is reported to the code that awaits it. */
function begin(
  client: Client,
  tool: string,
  args: Record<string, unknown> = {},
): ReturnType<typeof callTool> {
  const called = callTool(client, tool, args);
  called.catch(() => undefined);
  return called;
}

async function toolNames(client: Client): Promise<readonly string[]> {
  return (await client.listTools()).tools.map(({ name }) => name);
}

async function neverSignedIn(stage: GatewayStage): Promise<void> {
  const { editor, session, world, pictures } = stage;
  assert.deepEqual(await toolNames(session), ['sign_in']);
  const called = begin(session, 'sign_in');
  const asked = await question(stage, 'Sign in to repositories');
  await pictures.take(editor.window.page, 'notification');
  assert.equal(editor.browser.context.pages().filter((page) => page.url() !== 'about:blank').length, 1);
  assert.deepEqual(world.authorizationServer.eventsOf('registration'), []);
  await close(asked);
  assert.match((await called).text, /sign_in did not run: the user declined/);
  await session.close();
}

async function signIn(stage: GatewayStage): Promise<void> {
  const { session } = stage;
  const called = begin(session, 'sign_in');
  await consent(stage, 'Sign in to repositories');
  assert.match((await called).text, /Signed in to repositories/);
  assert.deepEqual([...(await toolNames(session))].sort(), ['create_branch', 'list_branches']);
  assert.match((await callTool(session, 'list_branches')).text, /main/);
  assert.equal(stage.ran(), 1);
  await session.close();
}

async function stepUp(stage: GatewayStage): Promise<void> {
  const { session, world } = stage;
  await signedIn(stage);
  const called = begin(session, 'create_branch', { name: 'wanted' });
  await consent(stage, 'More access for repositories');
  assert.match((await called).text, new RegExp(`Created branch wanted as ${alice.email}`));
  assert.equal((await world.repositories.branchAuthor('wanted'))?.email, alice.email);
  await session.close();
}

async function decline(stage: GatewayStage): Promise<void> {
  const { session } = stage;
  await signedIn(stage);
  const called = begin(session, 'create_branch', { name: 'unwanted' });
  const asked = await question(stage, 'More access for repositories');
  await close(asked);
  assert.match((await called).text, /create_branch did not run: the user declined/);
  assert.match((await callTool(session, 'list_branches')).text, /main/, 'what was granted goes on');
  assert.equal(stage.ran(), 1);
  await session.close();
}

async function expire(stage: GatewayStage): Promise<void> {
  const { session, world } = stage;
  await signedIn(stage);
  assert.match((await callTool(session, 'list_branches')).text, /main/);
  const since = Date.now();
  await setTimeout((accessTokenSeconds + 0.5) * 1000);
  assert.match((await callTool(session, 'list_branches')).text, /main/);
  const { count, needless, reuses } = refreshesSince(world.authorizationServer, since, accessTokenSeconds);
  assert.ok(count >= 1, 'no refresh');
  assert.deepEqual([needless, reuses], [0, 0]);
  await session.close();
}

/** The gateway ends with its window. Another window has its own. */
async function windowClosed(stage: GatewayStage): Promise<void> {
  const { editor, session, world } = stage;
  await signedIn(stage);
  stage.hold();
  const called = begin(session, 'list_branches').then(
    ({ text }) => text,
    () => 'nothing',
  );
  await world.repositories.http.whenHeld();
  await editor.window.page.close();
  await stage.givenUp();
  assert.doesNotMatch(await called, /main/);
  await session.close();
  world.repositories.http.fault = 'none';
  await editor.openWindow();
  const again = await stage.begin();
  // The new window lists what VS Code has stored, which can be the tools from before the sign-in.
  if (!(await toolNames(again)).includes('list_branches'))
    assert.match((await callTool(again, 'sign_in')).text, /Signed in to repositories/);
  await listsBranches(again);
  assert.match((await callTool(again, 'list_branches')).text, /main/);
  assert.equal(stage.ran(), 1);
  await again.close();
}
