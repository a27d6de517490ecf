import assert from 'node:assert/strict';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { accountKeyOf } from '../../src/broker/accounts/credential.js';
import { Redacted } from '../../src/base/redacted.js';
import { bob } from '../demo/people.js';
import { UserBrowser } from '../demo/user.js';
import { startStatelessServer, type StatelessServer } from '../demo/statelessServer.js';
import { startWorld } from '../demo/world.js';
import { AgentScene, freePort } from './agentScene.js';
import { callTool, RelayWorld } from './relayWorld.js';

/** The notifications that a listening client has received, and a wait for more. */
class Heard {
  readonly methods: string[] = [];
  #more = Promise.withResolvers<void>();

  add(method: string): void {
    this.methods.push(method);
    this.#more.resolve();
    this.#more = Promise.withResolvers();
  }

  async until(count: number): Promise<readonly string[]> {
    while (this.methods.length < count) await this.#more.promise;
    return this.methods;
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(setImmediate);
}

const toolsChanged = 'notifications/tools/list_changed';
const everything = { toolsListChanged: true, promptsListChanged: true, resourcesListChanged: true };

describe('a subscription (2026-07-28)', () => {
  let scene: AgentScene;
  let stage: RelayWorld;
  let notes: StatelessServer;
  let mute: StatelessServer;

  beforeEach(async () => {
    const world = await startWorld();
    notes = await startStatelessServer(world.authorizationServer);
    mute = await startStatelessServer(world.authorizationServer, false);
    stage = new RelayWorld(world, { servers: { notes: notes.url, mute: mute.url } });
    stage.own(notes);
    stage.own(mute);
    scene = new AgentScene(stage, await freePort());
  });
  afterEach(() => stage.close());

  async function connect(url: string, key: Redacted) {
    const heard = new Heard();
    const client = new Client({ name: 'modern', version: '1' }, { versionNegotiation: { mode: 'auto' } });
    const kinds = ['tools', 'prompts', 'resources'] as const;
    for (const kind of kinds) {
      const method = `notifications/${kind}/list_changed` as const;
      client.setNotificationHandler(method, () => heard.add(method));
    }
    const headers = { Authorization: `Bearer ${key.expose()}` };
    await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
    stage.own(client);
    return { client, heard };
  }

  /** The editor's own client, which has spoken with the server while it was signed in. */
  async function openEditor(name = 'notes') {
    const { url, key } = await stage.broker.relay.endpointFor(stage.server(name));
    return connect(url, key);
  }

  const signIn = () => stage.signIn('notes');
  const signInAsBob = () => stage.signIn('notes', { ...bob, browser: new UserBrowser() });
  const listens = (server = notes) =>
    server.methods.filter((method) => method === 'subscriptions/listen').length;
  const credential = async () => (await stage.broker.credentials.get(notes.url)) ?? assert.fail('no sign-in');

  it('is offered by the discovery and carries what the server announces', async () => {
    await signIn();
    const { client, heard } = await openEditor();
    assert.equal(client.getServerCapabilities()?.tools?.listChanged, true);
    const subscription = await client.listen({ toolsListChanged: true });
    assert.deepEqual(subscription.honoredFilter, { toolsListChanged: true });
    notes.announceTools();
    assert.deepEqual(await heard.until(1), [toolsChanged]);
    await subscription.close();
  });

  it('announces every list when another account acts, and listens at the server as that account', async () => {
    await signIn();
    stage.onAccountChange = () => Promise.resolve('new');
    await signInAsBob();
    const { client, heard } = await openEditor();
    await client.listen(everything);
    const all = await stage.broker.credentials.all(notes.url);
    const alice = all.find((one) => one.account?.label === 'alice@example.org') ?? assert.fail();
    await stage.broker.credentials.use(notes.url, accountKeyOf(alice));
    assert.deepEqual((await heard.until(3)).toSorted(), [
      'notifications/prompts/list_changed',
      'notifications/resources/list_changed',
      toolsChanged,
    ]);
    await until(() => listens() === 2);
    notes.announceTools();
    await heard.until(4);
  });

  it('carries no kind that was not requested', async () => {
    await signIn();
    const { client, heard } = await openEditor();
    await client.listen({ promptsListChanged: true });
    await stage.broker.credentials.remove(notes.url);
    assert.deepEqual(await heard.until(1), ['notifications/prompts/list_changed']);
  });

  it('continues through a renewal of tokens without an announcement', async () => {
    await signIn();
    const { client, heard } = await openEditor();
    await client.listen(everything);
    await stage.broker.credentials.put({ ...(await credential()) });
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    assert.deepEqual(heard.methods, []);
    await stage.broker.credentials.remove(notes.url);
    assert.equal((await heard.until(3)).length, 3);
    assert.equal(listens(), 1);
  });

  it('announces tools when a call shows what a tool needs, and when that is granted', async () => {
    await signIn();
    const { client, heard } = await openEditor();
    await client.listTools();
    await client.listen(everything);
    const caller = await stage.connect('notes');
    assert.equal((await callTool(caller, 'write_note', { text: 'a' })).text, 'wrote a');
    assert.deepEqual(await heard.until(2), [toolsChanged, toolsChanged]);
  });

  it('begins without a sign-in, and is joined by the server’s own after the sign-in', async () => {
    await signIn();
    const { client } = await openEditor();
    await client.listTools();
    await stage.broker.credentials.remove(notes.url);
    const later = await openEditor();
    const { honoredFilter } = await later.client.listen(everything);
    assert.deepEqual(honoredFilter, everything);
    await signIn();
    await later.heard.until(3);
    await until(() => listens() === 1);
    notes.announceTools();
    await later.heard.until(4);
  });

  it('is joined by the server’s when the account that acts has signed in again', async () => {
    await signIn();
    const valid = await credential();
    const { tokenType, scopes } = valid.tokens;
    const tokens = { tokenType, scopes, accessToken: new Redacted('expired') };
    const { client, heard } = await openEditor();
    await stage.broker.credentials.put({ ...valid, tokens });
    await client.listen(everything);
    await stage.broker.credentials.put(valid);
    await until(() => listens() === 1);
    assert.equal((await heard.until(3)).length, 3);
    notes.announceTools();
    assert.equal((await heard.until(4)).at(-1), toolsChanged);
  });

  it('is the relay’s own if the server does not know the method', async () => {
    await stage.signIn('mute');
    const { client, heard } = await openEditor('mute');
    assert.deepEqual((await client.listen(everything)).honoredFilter, everything);
    assert.equal(listens(mute), 1);
    await stage.broker.credentials.remove(mute.url);
    await heard.until(3);
  });

  it('begins again after the connection broke off, and announces what may have been missed', async () => {
    await signIn();
    const { client, heard } = await openEditor();
    await client.listen({ toolsListChanged: true });
    notes.cutListeners();
    await stage.clock.untilWaiting(1_000);
    stage.clock.advance(1_000);
    await heard.until(1);
    assert.equal(listens(), 2);
    notes.announceTools();
    await heard.until(2);
  });

  it('ends when its caller closes it, at the server too', async () => {
    await signIn();
    const { client } = await openEditor();
    const subscription = await client.listen(everything);
    await subscription.close();
    await until(() => notes.listening === 0);
  });

  it('ends with the key of its caller', async () => {
    await signIn();
    const server = stage.server('notes');
    const { url } = await stage.broker.relay.endpointFor(server);
    const { client } = await connect(url, stage.broker.relay.keyFor(server));
    const subscription = await client.listen(everything);
    stage.broker.relay.revokeKey(server);
    assert.equal(await subscription.closed, 'remote');
  });

  it('announces only tools to an agent that may call some tools', async () => {
    await signIn();
    const { key } = await scene.admit({ notes: { tools: ['read_notes'] } });
    const { client } = await connect(scene.url('notes'), key);
    assert.deepEqual((await client.listen(everything)).honoredFilter, { toolsListChanged: true });
  });

  it('is refused with the name of the parameter if its kinds cannot be read', async () => {
    await signIn();
    const { client } = await openEditor();
    const filter = { toolsListChanged: 'yes' } as unknown as { toolsListChanged: boolean };
    await assert.rejects(client.listen(filter), /params\.notifications/);
  });

  it('reaches a caller with a session as the server’s announcements', async () => {
    await signIn();
    const caller = await stage.rawCaller('notes');
    await caller.initialize();
    const stream = await caller.send({ method: 'GET' });
    await until(() => listens() === 1);
    notes.announceTools();
    await stream.until(/tools\/list_changed/);
  });
});
