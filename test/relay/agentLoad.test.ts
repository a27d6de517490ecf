import assert from 'node:assert/strict';
import {
  Client as StatelessClient,
  StreamableHTTPClientTransport as StatelessTransport,
} from '@modelcontextprotocol/client';
import { startAgentScene, type AgentScene } from './agentScene.js';
import { callTool } from './relayWorld.js';

/** At which a token that lives 300 s is renewed ahead of its end, in milliseconds. */
const nearItsEnd = 245_000;

describe('agents and the editor that call at once', () => {
  let scene: AgentScene;
  beforeEach(async () => {
    scene = await startAgentScene();
    await scene.stage.signIn('repositories');
  });
  afterEach(() => scene.stage.close());

  const events = (kind: 'refresh' | 'reuse' | 'tokenRefused') =>
    scene.stage.world.authorizationServer.eventsOf(kind).length;

  const statelessAgent = async (name: string) => {
    const { key } = await scene.admit({ repositories: {} }, name);
    const client = new StatelessClient({ name, version: '1' }, { versionNegotiation: { mode: 'auto' } });
    const headers = { Authorization: `Bearer ${key.expose()}` };
    const url = new URL(scene.url('repositories'));
    await client.connect(new StatelessTransport(url, { requestInit: { headers } }));
    scene.stage.own(client);
    return async () => JSON.stringify(await client.callTool({ name: 'list_branches', arguments: {} }));
  };
  const agent = async (name: string) => {
    const { key } = await scene.admit({ repositories: { scopes: ['repo:read'] } }, name);
    const client = await scene.connect('repositories', key.expose());
    return async () => (await callTool(client, 'list_branches')).text;
  };

  it('have every call right and one refresh an expiry, token after token', async () => {
    const editor = await scene.stage.connect('repositories');
    const callers = [
      await agent('one'),
      await agent('two'),
      await statelessAgent('three'),
      async () => (await callTool(editor, 'list_branches')).text,
    ];
    const tokens = 3;
    for (let token = 1; token <= tokens; token++) {
      scene.stage.clock.advance(nearItsEnd);
      const told = await Promise.all([...callers, ...callers].map((call) => call()));
      for (const text of told) assert.match(text, /main/);
      assert.deepEqual([events('refresh'), events('reuse'), events('tokenRefused')], [token, 0, 0]);
    }
    assert.deepEqual([scene.stage.cards, scene.agents.consents.pending], [[], []]);
  });
});
