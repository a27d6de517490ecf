import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import {
  ElicitRequestSchema,
  ResultSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { callTool } from './relayWorld.js';
import { bridgeScript, startSessionScene, type SessionScene } from './sessionScene.js';

/** Resolves at the next `tools/list_changed`. */
function listChanged(client: Client): Promise<void> {
  return new Promise((resolve) =>
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => resolve()),
  );
}

describe('the command that serves a session of the agent host', () => {
  let scene: SessionScene;
  beforeEach(async () => {
    scene = await startSessionScene();
  });
  afterEach(() => scene.close());

  it('calls with the user’s own sign-in, and is recorded under its client’s name', async () => {
    await scene.stage.signIn('repositories');
    const window = await scene.openWindow();
    assert.equal(window.asked(), 0, 'nothing listens before it is needed');
    const client = await scene.connect();
    assert.equal((await callTool(client, 'list_branches')).isError, false);
    assert.deepEqual(scene.progress, ['list_branches as alice@example.org']);
    const [call] = await scene.stage.recorded(1);
    assert.deepEqual(call?.caller, { kind: 'agentHost', name: 'Copilot' });
    assert.deepEqual(await scene.stage.broker.admissions.current(), []);
  });

  it('shows a card for consent and goes on with the same call, progress included', async () => {
    await scene.openWindow();
    const client = await scene.connect();
    assert.equal((await callTool(client, 'list_branches')).isError, false);
    assert.match(scene.stage.cards[0]?.message ?? '', /Sign in to repositories/);
    assert.ok(scene.progress.includes('Waiting for your consent'));
    assert.equal(scene.progress.at(-1), 'list_branches as alice@example.org');
    const [call] = await scene.stage.recorded(1);
    assert.equal(call?.consent, 'signInAsked');
  });

  it('sends progress every 20 seconds while the user is waited for', async () => {
    scene.stage.onPrompt = () => Promise.resolve(undefined);
    await scene.openWindow();
    const client = await scene.connect();
    const shown = Promise.withResolvers<string>();
    const answered = Promise.withResolvers<'accept'>();
    scene.onCard = ({ url }) => {
      shown.resolve(url);
      return answered.promise;
    };
    const called = callTool(client, 'list_branches');
    const url = await shown.promise;
    const before = scene.progress.length;
    for (let seconds = 0; seconds < 180; seconds += 20) {
      const heard = scene.nextProgress();
      scene.stage.clock.advance(20_000);
      assert.equal(await heard, 'Waiting for your consent');
    }
    assert.equal(scene.progress.length, before + 9);
    await scene.stage.consent(url);
    answered.resolve('accept');
    assert.equal((await called).isError, false);
  });

  for (const answer of ['decline', 'cancel'] as const) {
    it(`does not take a ${answer} for the user’s if the client asked nobody: the model is told what to do`, async () => {
      await scene.openWindow();
      const client = await scene.connect();
      scene.onCard = () => Promise.resolve(answer);
      const { isError, text } = await callTool(client, 'list_branches');
      assert.equal(isError, true);
      assert.match(text, /without asking the user.*has not declined.*MCP OAuth: Sign In…/);
      const [call] = await scene.stage.recorded(1);
      assert.deepEqual([call?.outcome, call?.reason], ['refused', 'consentMissing']);
      assert.equal(await scene.stage.status('repositories'), 'awaitingConsent');
      // What the command opens is the same sign-in; afterwards the tool runs.
      await scene.stage.signIn('repositories');
      assert.equal((await callTool(client, 'list_branches')).isError, false);
    });
  }

  /** A call whose card is shown. @returns what is called, the card's address, and what answers the card */
  const leaveCard = async () => {
    await scene.openWindow();
    const client = await scene.connect();
    const shown = Promise.withResolvers<string>();
    const answer = Promise.withResolvers<'accept'>();
    scene.onCard = ({ url }) => {
      shown.resolve(url);
      return answer.promise;
    };
    const called = callTool(client, 'list_branches');
    return { called, url: await shown.promise, accept: () => answer.resolve('accept') };
  };

  it('asks outside the session as well if its card stays unanswered', async () => {
    const { called } = await leaveCard();
    scene.stage.clock.advance(9_999);
    assert.deepEqual(scene.stage.prompts, []);
    scene.stage.clock.advance(1);
    assert.deepEqual(scene.stage.prompts, ['list_branches']);
    assert.equal((await called).isError, false);
  });

  it('accepts a refusal there as the user’s', async () => {
    scene.stage.onPrompt = () => Promise.resolve(false);
    const { called } = await leaveCard();
    scene.stage.clock.advance(10_000);
    assert.match((await called).text, /the user declined/);
  });

  it('goes on waiting for the card if the question there is closed', async () => {
    scene.stage.onPrompt = () => Promise.resolve(undefined);
    const { called, url, accept } = await leaveCard();
    scene.stage.clock.advance(10_000);
    assert.equal(scene.stage.prompts.length, 1);
    await scene.stage.consent(url);
    accept();
    assert.equal((await called).isError, false);
  });

  it('asks the user nowhere else once the card is answered', async () => {
    await scene.close();
    const opened = Promise.withResolvers<void>();
    const outsideAddress = (address: string) => Promise.resolve(address);
    scene = await startSessionScene({ cardBrowser: { outsideAddress, opened: () => opened.resolve() } });
    const { called, url, accept } = await leaveCard();
    accept();
    await opened.promise;
    // The relay goes on with the answer in the same turn of the event loop.
    await setImmediate();
    scene.stage.clock.advance(60_000);
    assert.deepEqual(scene.stage.prompts, []);
    await scene.stage.consent(url);
    assert.equal((await called).isError, false);
  });

  it('takes a decline for the user’s after as long as a user needs for one', async () => {
    await scene.openWindow();
    const client = await scene.connect();
    scene.onCard = () => {
      scene.stage.clock.advance(500);
      return Promise.resolve('decline');
    };
    const { text } = await callTool(client, 'list_branches');
    assert.match(text, /the user declined/);
    const [call] = await scene.stage.recorded(1);
    assert.equal(call?.reason, 'declined');
  });

  it('passes list changes on', async () => {
    await scene.stage.signIn('repositories');
    const { broker } = await scene.openWindow();
    const client = await scene.connect();
    const changed = listChanged(client);
    broker.relay.endpoint.announcements.toolsChanged();
    await changed;
  });

  it('passes a cancellation on: the call ends, and its card is taken back', async () => {
    await scene.openWindow();
    const client = await scene.connect();
    const shown = Promise.withResolvers<void>();
    scene.onCard = () => {
      shown.resolve();
      return new Promise(() => undefined);
    };
    const abort = new AbortController();
    const called = callTool(client, 'list_branches', {}, abort.signal);
    await shown.promise;
    abort.abort(new Error('not wanted'));
    await assert.rejects(called, /not wanted/);
    const [call] = await scene.stage.recorded(1);
    assert.equal(call?.outcome, 'cancelled');
  });

  it('continues in another window when its own closes, and reports that the tools may have changed', async () => {
    await scene.stage.signIn('repositories');
    const one = await scene.openWindow();
    const client = await scene.connect();
    const other = await scene.openWindow(scene.stage.openWindow());
    assert.equal((await callTool(client, 'list_branches')).isError, false);
    assert.equal(other.asked(), 0);
    const changed = listChanged(client);
    one.dispose();
    await changed;
    assert.equal((await callTool(client, 'list_branches')).isError, false);
    assert.ok(other.asked() > 0);
  });

  it('waits for a window that is being reloaded', async () => {
    await scene.stage.signIn('repositories');
    const one = await scene.openWindow();
    const client = await scene.connect();
    one.dispose();
    const called = callTool(client, 'list_branches');
    await scene.openWindow(scene.stage.openWindow());
    assert.equal((await called).isError, false);
  });

  it('does not send what was cancelled while it waited for a window', async () => {
    await scene.stage.signIn('repositories');
    const one = await scene.openWindow();
    const client = await scene.connect();
    one.dispose();
    const abort = new AbortController();
    const cancelled = callTool(client, 'create_branch', { name: 'never' }, abort.signal);
    const listed = client.listTools();
    abort.abort(new Error('not wanted'));
    await assert.rejects(cancelled, /not wanted/);
    await scene.openWindow(scene.stage.openWindow());
    await listed;
    await callTool(client, 'list_branches');
    const calls = await scene.stage.recorded(1);
    assert.deepEqual(
      calls.map(({ tool }) => tool),
      ['list_branches'],
    );
  });

  it('ends what was under way in a window that closes, with a text, and takes its card back', async () => {
    const one = await scene.openWindow();
    const client = await scene.connect();
    const shown = Promise.withResolvers<void>();
    const takenBack = Promise.withResolvers<void>();
    client.setRequestHandler(ElicitRequestSchema, (_request, { signal }) => {
      signal.addEventListener('abort', () => takenBack.resolve());
      shown.resolve();
      return new Promise(() => undefined);
    });
    const called = callTool(client, 'list_branches');
    await shown.promise;
    await scene.openWindow(scene.stage.openWindow());
    one.dispose();
    await assert.rejects(called, /was closed or reloaded.*not known whether the call ran/);
    await takenBack.promise;
  });

  it('begins a new session in the same window if its session no longer exists there', async () => {
    await scene.stage.signIn('repositories');
    const { broker } = await scene.openWindow();
    const client = await scene.connect();
    broker.relay.endpoint.callerLeft('agentHost');
    assert.equal((await callTool(client, 'list_branches')).isError, false);
  });

  it('makes a client of a revision that is not supported here begin a session', async () => {
    await scene.openWindow();
    const client = await scene.connect();
    const discover = client.request({ method: 'server/discover', params: {} }, ResultSchema);
    await assert.rejects(discover, { code: -32601 });
    const params = { _meta: { 'io.modelcontextprotocol/protocolVersion': '2030-01-01' } };
    const listed = client.request({ method: 'tools/list', params }, ResultSchema);
    await assert.rejects(listed, { code: -32022 });
  });

  it('reports that no open window has the server', async () => {
    await scene.openWindow();
    const transport = scene.transport(scene.directory, 'unknown');
    const answered = new Promise<unknown>((resolve) => (transport.onmessage = resolve));
    await transport.start();
    const params = {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'c', version: '1' },
    };
    await transport.send({ jsonrpc: '2.0', id: 1, method: 'initialize', params });
    assert.match(JSON.stringify(await answered), /does not offer the server “unknown”/);
    await transport.close();
  });

  it('ends when the program that started it ends, and its session with it', async () => {
    await scene.stage.signIn('repositories');
    await scene.openWindow();
    const child = spawn(process.execPath, [bridgeScript, '--windows', scene.windows, 'repositories']);
    const params = {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'c', version: '1' },
    };
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params })}\n`);
    await once(child.stdout, 'data');
    const closed = once(child, 'close');
    child.stdin.end();
    assert.deepEqual(await closed, [0, null]);
  });

  it('keeps address and key where only the user can read them, and takes them from nowhere else', async function () {
    if (process.platform === 'win32') this.skip();
    await scene.stage.signIn('repositories');
    await scene.openWindow();
    await scene.connect();
    const [name = '', ...others] = await scene.files();
    assert.deepEqual(others, []);
    const file = path.join(scene.windows, name);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.equal((await stat(scene.windows)).mode & 0o777, 0o700);
    const { key } = JSON.parse(await readFile(file, 'utf8')) as { key: string };
    assert.match(key, /^[\w-]{43}$/);
    assert.notEqual(
      key,
      (await scene.stage.broker.relay.endpointFor(scene.stage.server('repositories'))).key.expose(),
    );
  });

  it('removes the files of processes that have ended', async () => {
    await scene.stage.signIn('repositories');
    await scene.openWindow();
    const ended = spawn(process.execPath, ['-e', '']);
    await once(ended, 'exit');
    const text = JSON.stringify({ folders: [], url: 'http://127.0.0.1:1', key: 'k' });
    for (const ending of ['json', 'json.tmp', 'wanted']) {
      const name = `${ended.pid ?? 0}-${crypto.randomUUID()}.${ending}`;
      await writeFile(path.join(scene.windows, name), text, { mode: 0o600 });
    }
    const client = await scene.connect();
    assert.equal((await callTool(client, 'list_branches')).isError, false);
    assert.equal((await scene.files()).length, 1);
  });

  it('prefers the window that has the session’s folder open, and else the one used last', async () => {
    await scene.stage.signIn('repositories');
    const near = await scene.openWindow(scene.stage.broker, [scene.directory]);
    const far = await scene.openWindow(scene.stage.openWindow(), [path.join(scene.directory, 'elsewhere')]);
    far.announcement.touch();
    await scene.connect('copilot-cli', scene.directory);
    assert.deepEqual([near.asked() > 0, far.asked() > 0], [true, false]);
    await scene.connect('copilot-cli', path.dirname(scene.directory));
    assert.equal(far.asked() > 0, true);
  });

  it('passes over a window that does not respond', async () => {
    await scene.stage.signIn('repositories');
    const { asked } = await scene.openWindow();
    const hung = path.join(scene.windows, `${process.pid}-00000000-0000-4000-8000-000000000000.json`);
    await writeFile(hung, JSON.stringify({ folders: [scene.directory] }), { mode: 0o600 });
    const client = await scene.connect();
    assert.equal((await callTool(client, 'list_branches')).isError, false);
    assert.ok(asked() > 0);
  });
});
