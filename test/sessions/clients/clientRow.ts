import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { BridgeFiles } from '../../../src/node/clients/bridgeFiles.js';
import { systemClock } from '../../../src/node/machine.js';
import { refreshesSince } from '../../agents/refreshes.js';
import { alice } from '../../demo/people.js';
import { startAgentScene, type AgentScene } from '../../relay/agentScene.js';
import type { Row } from '../grid.js';
import type { ClientKind } from './clientKinds.js';
import { ClientSession } from './clientSession.js';

/** Long enough for a step and short enough to wait for, in seconds. */
const accessTokenSeconds = 4;
const server = 'repositories';
const shippedBridge = path.join(process.env['MCP_OAUTH_BROKER_ROOT'] ?? process.cwd(), 'dist', 'bridge.js');

/** A client with its own admission, the broker, and the protected server behind it. */
interface Stage {
  readonly scene: AgentScene;
  readonly session: ClientSession;
  readonly kind: ClientKind;
  /** Starts another conversation. */
  readonly begin: () => Promise<ClientSession>;
  /** Returns the number of tool calls that the server ran. */
  readonly ran: () => number;
  /** Returns the number of authorization pages opened in a browser. */
  readonly opened: () => number;
}

/**
 * Returns the row of another MCP client, admitted as an agent and connected by the stdio command. It cannot
 * ask the user, so it receives the missing consent at once as text, and the user consents in the editor.
 *
 * @param packages the directory whose `node_modules` contains the clients
 */
export function clientRow(kind: ClientKind, packages: string): Row {
  const on =
    (act: (stage: Stage) => Promise<void>, isSignedIn = true) =>
    () =>
      onStage(kind, packages, isSignedIn, act);
  return {
    name: kind.name,
    cells: {
      'never signed in': on(neverSignedIn, false),
      'sign in': on(signIn, false),
      'step up': on(stepUp),
      decline: on(decline),
      expire: on(expire),
      stop: on(stop),
      'window closed': on(windowClosed),
    },
  };
}

async function onStage(
  kind: ClientKind,
  packages: string,
  isSignedIn: boolean,
  act: (stage: Stage) => Promise<void>,
): Promise<void> {
  const scene = await startAgentScene({ accessTokenSeconds, clock: systemClock });
  const directory = await mkdtemp(path.join(os.tmpdir(), 'client-'));
  const sessions: ClientSession[] = [];
  try {
    if (isSignedIn) await scene.stage.signIn(server);
    const { key } = await scene.admit({ [server]: {} }, kind.name);
    const files = new BridgeFiles(directory, shippedBridge);
    await files.write('client', scene.url(server), key);
    const file = path.join(directory, 'agents', 'client.json');
    const command = [process.execPath, files.path, file] as const;
    const begin = async () => {
      const session = await ClientSession.start(kind, { packages, server, command });
      sessions.push(session);
      return session;
    };
    const session = await begin();
    const { http } = scene.stage.world.repositories;
    await act({
      scene,
      session,
      kind,
      begin,
      // The record of a request that was aborted while it was held ends with its method.
      ran: () =>
        http.requests.filter(
          ({ rpcMethod, sub, status }) => rpcMethod === 'tools/call' && sub !== undefined && status === 200,
        ).length,
      opened: () => scene.stage.browser.pages.length,
    });
  } finally {
    for (const session of sessions) await session.close();
    await scene.stage.close();
    await rm(directory, { recursive: true, force: true });
  }
}

/**
 * Checks that the model's text names what is missing, and contains no address that it could offer to open.
 */
function assertTold(text: string, words: RegExp): void {
  assert.match(text, words);
  assert.doesNotMatch(text, /:\/\/|127\.0\.0\.1/);
}

async function neverSignedIn({ scene, session, ran, opened }: Stage): Promise<void> {
  assertTold(await session.call('sign_in'), /the user must sign in to repositories first/);
  assert.equal(ran(), 0);
  assert.equal(opened(), 0, 'a browser was opened');
  const [ask] = scene.agents.consents.pending;
  assert.equal(ask?.kind, 'signIn', 'the user is asked in the editor');
  await session.finish();
}

async function signIn({ scene, session, kind, begin, ran }: Stage): Promise<void> {
  assertTold(await session.call('sign_in'), /the user must sign in to repositories first/);
  await scene.consent();
  assertTold(
    await session.call('sign_in'),
    /available now: list_branches, .* If they are not available to you/,
  );
  if (kind.readsToolsAgain) await callUntilOffered(session, 'list_branches');
  else assert.ok(!(await isOffered(session, 'list_branches')), 'it reads tools again');
  let goesOn = session;
  if (!kind.readsToolsAgain) {
    await session.finish();
    goesOn = await begin();
  }
  assert.match(await goesOn.call('list_branches'), /main/);
  assert.equal(ran(), 1);
  await goesOn.finish();
  const call = scene.stage.calls.at(-1);
  assert.deepEqual([call?.caller.kind, call?.account, call?.outcome], ['agent', alice.email, 'succeeded']);
}

async function isOffered(session: ClientSession, tool: string): Promise<boolean> {
  return (await session.offered()).some((name) => name.endsWith(tool));
}

/** A client updates its tools during the conversation, so the model's next turn may come too early. */
async function callUntilOffered(session: ClientSession, tool: string): Promise<void> {
  while (!(await isOffered(session, tool))) await session.call('sign_in');
}

async function stepUp({ scene, session }: Stage): Promise<void> {
  const told = await session.call('create_branch', { name: 'wanted' });
  assertTold(told, /needs access to repositories .*\(repo:write\)/);
  await scene.consent();
  assert.match(
    await session.call('create_branch', { name: 'wanted' }),
    new RegExp(`Created branch wanted as ${alice.email}`),
  );
  await session.finish();
  assert.equal((await scene.stage.world.repositories.branchAuthor('wanted'))?.email, alice.email);
}

async function decline({ scene, session, ran }: Stage): Promise<void> {
  await session.call('create_branch', { name: 'unwanted' });
  const [ask] = scene.agents.consents.pending;
  assert.ok(ask, 'the user is asked');
  scene.agents.consents.decline(ask.id);
  const told = await session.call('create_branch', { name: 'unwanted' });
  assertTold(told, /was asked for consent .* did not give it. Do not call it again/);
  assert.deepEqual(scene.agents.consents.pending, [], 'the user is not asked again');
  assert.match(await session.call('list_branches'), /main/, 'what was granted goes on');
  assert.equal(ran(), 1);
  await session.finish();
}

async function expire({ scene, session }: Stage): Promise<void> {
  assert.match(await session.call('list_branches'), /main/);
  const since = Date.now();
  await new Promise((resolve) => setTimeout(resolve, (accessTokenSeconds + 0.5) * 1000));
  assert.match(await session.call('list_branches'), /main/);
  const refreshes = refreshesSince(scene.stage.world.authorizationServer, since, accessTokenSeconds);
  assert.ok(refreshes.count >= 1, 'no refresh');
  assert.deepEqual([refreshes.needless, refreshes.reuses], [0, 0]);
  await session.finish();
}

async function stop({ scene, session }: Stage): Promise<void> {
  const { http } = scene.stage.world.repositories;
  await session.offered();
  http.faultOnly = 'tools/call';
  http.fault = 'held';
  await session.begin('list_branches');
  await http.whenHeld();
  await session.interrupt();
  const [call] = await scene.stage.recorded(1);
  assert.equal(call?.outcome, 'cancelled');
}

async function windowClosed({ scene, session, ran }: Stage): Promise<void> {
  const { http } = scene.stage.world.repositories;
  await session.offered();
  http.faultOnly = 'tools/call';
  http.fault = 'held';
  await session.begin('list_branches');
  await http.whenHeld();
  const other = scene.openWindow(scene.stage.openWindow());
  await other.port.look();
  scene.agents.dispose();
  scene.stage.broker.dispose();
  const told = await session.result();
  assert.match(told, /not known whether the request ran, so it was not sent again/);
  http.fault = 'none';
  assert.match(await session.call('list_branches'), /main/);
  assert.equal(ran(), 1);
  await session.finish();
}
