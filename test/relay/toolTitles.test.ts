import assert from 'node:assert/strict';
import type { Tool } from '@modelcontextprotocol/sdk/types.js';
import { accountKeyOf } from '../../src/broker/accounts/credential.js';
import { bob } from '../demo/people.js';
import { UserBrowser } from '../demo/user.js';
import { startAgentScene, type AgentScene } from './agentScene.js';
import { RawCaller, type RawAnswer } from './rawCaller.js';
import { callTool, type RelayWorld } from './relayWorld.js';

describe('the titles of listed tools', () => {
  let scene: AgentScene;
  let stage: RelayWorld;
  beforeEach(async () => {
    scene = await startAgentScene();
    ({ stage } = scene);
  });
  afterEach(() => stage.close());

  const openEditor = async (): Promise<RawCaller> => {
    const caller = await stage.rawCaller('repositories');
    await caller.initialize();
    return caller;
  };
  const toolsOf = async (caller: RawCaller): Promise<readonly Tool[]> => {
    const answer = await caller.call('tools/list');
    const text = await answer.whole();
    const message: unknown = text.startsWith('{') ? JSON.parse(text) : answer.messages.at(-1);
    return (message as { result: { tools: Tool[] } }).result.tools;
  };
  const titlesOf = async (caller: RawCaller) => (await toolsOf(caller)).map(({ title }) => title);
  const changesOn = (stream: RawAnswer) =>
    stream.messages.filter(({ method }) => method === 'notifications/tools/list_changed').length;
  const untilChanges = (stream: RawAnswer, count: number) =>
    stream.until(new RegExp(`(?:tools/list_changed[^]*){${count}}`));
  const signInAsBob = () => stage.signIn('repositories', { ...bob, browser: new UserBrowser() });
  const use = async (name: string) => {
    const { credentials } = stage.broker;
    const { url } = stage.server('repositories');
    const all = await credentials.all(url);
    const account = all.find((one) => one.account?.label === `${name}@example.org`) ?? assert.fail(name);
    await credentials.use(url, accountKeyOf(account));
  };
  /** Grants or takes back scopes of the sign-in, as a refresh may. */
  const hold = async (change: (scopes: readonly string[]) => readonly string[]) => {
    const { credentials } = stage.broker;
    const credential = (await credentials.get(stage.server('repositories').url)) ?? assert.fail();
    const tokens = { ...credential.tokens, scopes: [...change(credential.tokens.scopes)] };
    await credentials.put({ ...credential, tokens });
  };

  it('name the account to the editor, before any call', async () => {
    await stage.signIn('repositories');
    assert.deepEqual(await titlesOf(await openEditor()), [
      'List branches, as alice@example.org',
      'Create a branch, as alice@example.org',
    ]);
  });

  it('name the account in sessions of the agent host', async () => {
    await stage.signIn('repositories');
    const { url, key } = await stage.broker.relay.agentHostAddress();
    const session = new RawCaller(`${url}/mcp/repositories`, key.expose());
    await session.initialize();
    assert.equal((await titlesOf(session))[1], 'Create a branch, as alice@example.org');
    session.close();
  });

  it('are the server’s own for an agent and for another extension', async () => {
    await stage.signIn('repositories');
    const own = ['List branches', 'Create a branch'];
    const { key } = await scene.admit({ repositories: {} });
    const agent = await scene.connect('repositories', key.expose());
    assert.deepEqual(
      (await agent.listTools()).tools.map(({ title }) => title),
      own,
    );
    const editor = await openEditor();
    const relayKey = stage.broker.relay.keyFor(stage.server('repositories'));
    const extension = new RawCaller(editor.url, relayKey.expose());
    await extension.initialize();
    assert.deepEqual(await titlesOf(extension), own);
    extension.close();
  });

  it('and icons are all that differs from what the server lists', async () => {
    await stage.signIn('repositories');
    const { key } = await scene.admit({ repositories: {} });
    const { tools } = await (await scene.connect('repositories', key.expose())).listTools();
    const listed = await toolsOf(await openEditor());
    const withoutIcons = listed.map((tool) => {
      const copy = { ...tool };
      delete copy.icons;
      return copy;
    });
    assert.deepEqual(
      withoutIcons.map((tool, at) => ({ ...tool, title: tools[at]?.title })),
      tools,
    );
  });

  it('name no account while none is signed in', async () => {
    await stage.signIn('repositories');
    await titlesOf(await openEditor());
    await stage.broker.credentials.remove(stage.server('repositories').url);
    assert.deepEqual(await titlesOf(await openEditor()), ['List branches', 'Create a branch']);
  });

  it('name the account while the server cannot be reached', async () => {
    await stage.signIn('repositories');
    const editor = await openEditor();
    await titlesOf(editor);
    await stage.world.repositories.http.close();
    assert.deepEqual(await titlesOf(await openEditor()), [
      'List branches, as alice@example.org',
      'Create a branch, as alice@example.org',
    ]);
  });

  it('change with the account in use, and the caller is notified to list again', async () => {
    await stage.signIn('repositories');
    stage.onAccountChange = () => Promise.resolve('new');
    await signInAsBob();
    await use('alice');
    const editor = await openEditor();
    const stream = await editor.send({ method: 'GET' });
    assert.equal((await titlesOf(editor))[0], 'List branches, as alice@example.org');
    const before = changesOn(stream);
    await use('bob');
    await untilChanges(stream, before + 1);
    assert.equal((await titlesOf(editor))[0], 'List branches, as bob@example.org');
  });

  it('change with the account’s name, as do the line of who acted and the record', async () => {
    await stage.signIn('repositories');
    const { credentials } = stage.broker;
    const { url } = stage.server('repositories');
    const editor = await openEditor();
    const stream = await editor.send({ method: 'GET' });
    await titlesOf(editor);
    const before = changesOn(stream);
    const key = accountKeyOf((await credentials.get(url)) ?? assert.fail());
    await credentials.rename(url, key, { name: 'Work', at: 1 });
    await untilChanges(stream, before + 1);
    assert.equal((await titlesOf(editor))[0], 'List branches, as Work');
    const { progress } = await callTool(await stage.connect('repositories'), 'list_branches');
    assert.equal(progress.at(-1), 'list_branches as Work');
    assert.equal((await stage.recorded(1))[0]?.account, 'Work');
  });

  it('change while a call runs, and the caller is notified then, not after the next call', async () => {
    await stage.signIn('repositories');
    stage.onAccountChange = () => Promise.resolve('new');
    await signInAsBob();
    await use('alice');
    const editor = await openEditor();
    const stream = await editor.send({ method: 'GET' });
    await titlesOf(editor);
    const before = changesOn(stream);
    // A card that nobody touches holds the call.
    const call = await editor.callTool('create_branch', { name: 'x' });
    await call.until(/elicitation\/create/);
    await use('bob');
    await untilChanges(stream, before + 1);
  });

  it('say what needs more access as soon as it is known, and no longer once it is granted', async () => {
    await stage.signIn('repositories');
    const editor = await openEditor();
    const stream = await editor.send({ method: 'GET' });
    await titlesOf(editor);
    const before = changesOn(stream);
    const { toolScopes } = stage.broker;
    await toolScopes.challenged(stage.server('repositories'), 'create_branch', ['repo:write']);
    await untilChanges(stream, before + 1);
    assert.deepEqual(await titlesOf(editor), [
      'List branches, as alice@example.org',
      'Create a branch, as alice@example.org (needs more access)',
    ]);
    await hold((scopes) => [...scopes, 'repo:write']);
    await untilChanges(stream, before + 2);
    assert.equal((await titlesOf(editor))[1], 'Create a branch, as alice@example.org');
  });

  it('stay the same when tokens are renewed: the caller is not notified', async () => {
    await stage.signIn('repositories');
    const editor = await openEditor();
    const stream = await editor.send({ method: 'GET' });
    await titlesOf(editor);
    const before = changesOn(stream);
    await hold((scopes) => scopes);
    await titlesOf(editor);
    assert.equal(changesOn(stream), before);
    const { toolScopes } = stage.broker;
    // The next change is told, and is the first.
    await toolScopes.challenged(stage.server('repositories'), 'create_branch', ['repo:write']);
    await untilChanges(stream, before + 1);
    assert.equal(changesOn(stream), before + 1);
  });
});
