import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { memberAt, parseConfiguration } from '../../src/mcpClients/configurationText.js';
import { mcpClients } from '../../src/mcpClients/mcpClient.js';
import { systemClock } from '../../src/node/machine.js';
import { alice } from '../demo/people.js';
import { startAgentScene, type AgentScene } from '../relay/agentScene.js';
import { ClientSession } from '../sessions/clients/clientSession.js';
import type { ClientProgram } from './clientPrograms.js';
import { ConnectedClient } from './connectedClient.js';

const server = 'repositories';

/** The last step of a client, and the reason if it failed. */
export interface ClientLine {
  readonly steps: readonly string[];
  readonly why?: string;
}

/** A real client, connected by “Connect Client…”, and its broker. */
interface Stage {
  readonly program: ClientProgram;
  readonly scene: AgentScene;
  readonly connected: ConnectedClient;
  readonly session: ClientSession;
  readonly steps: string[];
}

/**
 * Runs a client from its first call to its disconnection, and another one that starts before the editor.
 *
 * @param packages the directory whose `node_modules` contains the clients
 */
export async function clientLine(program: ClientProgram, packages: string): Promise<ClientLine> {
  const steps: string[] = [];
  try {
    await onStage(program, packages, steps, 'open', async (stage) => {
      await calls(stage);
      await rotates(stage);
      await stage.session.finish();
      await disconnects(stage);
    });
    await onStage(program, packages, steps, 'closed', startsFirst);
    return { steps };
  } catch (error) {
    return { steps, why: error instanceof Error ? error.message : String(error) };
  }
}

/** @param editor whether a window serves when the client starts */
async function onStage(
  program: ClientProgram,
  packages: string,
  steps: string[],
  editor: 'open' | 'closed',
  act: (stage: Stage) => Promise<void>,
): Promise<void> {
  const scene = await startAgentScene({ clock: systemClock });
  // The extension's storage has spaces in its path on some systems.
  const storage = path.join(await mkdtemp(path.join(os.tmpdir(), 'client-')), 'global storage');
  await mkdir(storage);
  let connected: ConnectedClient | undefined;
  let session: ClientSession | undefined;
  try {
    await scene.stage.signIn(server);
    // Another client stays admitted, so that the broker refuses the disconnected one and the port stays open.
    await scene.admit({ [server]: {} }, 'bystander');
    const prepare: Parameters<typeof ClientSession.start>[0]['prepare'] = async (setting, prompt) => {
      connected = await ConnectedClient.connect(program, setting, server, scene, storage);
      if (editor === 'closed') scene.agents.dispose();
      return program.run(setting, server, prompt);
    };
    session = await ClientSession.start({ prepare }, { packages, server, command: [''] });
    if (connected === undefined) throw new Error('It was not connected.');
    await act({ program, scene, connected, session, steps });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const output = session?.output ?? '';
    throw new Error(output === '' ? why : `${why}\n  it printed: ${output}`, { cause: error });
  } finally {
    await session?.close();
    await scene.stage.close();
    await rm(path.dirname(storage), { recursive: true, force: true });
  }
}

async function startsFirst({ program, scene, session, steps }: Stage): Promise<void> {
  assert.ok(await isOffered(program, session, 'open_editor'));
  assert.match(await session.call('open_editor'), /No editor window serves agents now. Open the editor/);
  await scene.openWindow().port.look();
  assert.match(await session.call('open_editor'), /The editor is open/);
  assert.equal(await isOffered(program, session, 'list_branches'), program.readsToolsAgain);
  if (program.readsToolsAgain) assert.match(await session.call('list_branches'), /main/);
  await session.finish();
  const then = program.readsToolsAgain ? 'it went on in the same session' : 'its next session has the tools';
  steps.push(`started before the editor: told to have it opened, then ${then}`);
}

/** Checks whether the model has a tool, at once or after some seconds. */
async function isOffered({ waiting }: ClientProgram, session: ClientSession, tool: string): Promise<boolean> {
  for (let turns = 5; turns > 0; turns--) {
    if ((await session.offered()).some((name) => name.endsWith(tool))) return true;
    await session.call(...waiting);
  }
  return false;
}

async function calls({ scene, session, connected, steps }: Stage): Promise<void> {
  steps.push(`${path.basename(connected.connection.uri)} written`);
  assert.match(await session.call('list_branches'), /main/);
  const call = (await scene.stage.recorded(1)).at(-1);
  assert.deepEqual([call?.caller.kind, call?.account, call?.outcome], ['agent', alice.email, 'succeeded']);
  steps.push(`list_branches ran as ${alice.email}`);
  const response = await session.call('create_branch', { name: 'wanted' });
  assert.match(response, /needs access to repositories .*\(repo:write\)/);
  assert.doesNotMatch(response, /:\/\/|127\.0\.0\.1/);
  await scene.consent();
  assert.match(await session.call('create_branch', { name: 'wanted' }), /Created branch wanted as alice/);
  steps.push('create_branch: told what is missing, then the user consented and it ran');
}

async function rotates({ connected, session, steps }: Stage): Promise<void> {
  const { connections, connection } = connected;
  await connections.rotate(connection);
  assert.match(await session.call('list_branches'), /main/);
  steps.push('a new key: the next call ran');
}

async function disconnects({ connected, program, steps }: Stage): Promise<void> {
  const { connections, connection, storage, before, after } = connected;
  const { format, collection } = mcpClients[program.client];
  const isChanged = (await connected.text()) !== after;
  const [entry] = connection.servers;
  const command = entry?.value as { readonly command: string; readonly args: readonly string[] };
  const { kind } = await connections.disconnect(connection);
  const now = await connected.text();
  if (isChanged) {
    assert.equal(kind, 'removed');
    const servers = memberAt(parseConfiguration(now ?? '', format), [collection]);
    assert.deepEqual(Object.keys(servers ?? {}), []);
    steps.push('disconnected, its entry removed from the file, which the client itself had changed');
  } else {
    assert.deepEqual([kind, now], ['restored', before]);
    steps.push('disconnected, its file as before to the byte');
  }
  assert.deepEqual((await readdir(path.join(storage, 'agents'))).sort(), ['bridge', 'bridge.js']);
  assert.match(await refused(command), /disconnected or withdrawn/);
  steps.push('its command refused');
}

/** Returns the output of the command that was in the client's file. */
async function refused({
  command,
  args,
}: {
  readonly command: string;
  readonly args: readonly string[];
}): Promise<string> {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let text = '';
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await once(child, 'close');
  return text;
}
