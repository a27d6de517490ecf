import assert from 'node:assert/strict';
import { CompleteResultSchema } from '@modelcontextprotocol/sdk/types.js';
import { callTool, startRelayWorld, type RelayWorld } from './relayWorld.js';

const summarize = {
  ref: { type: 'ref/prompt', name: 'name_branch' },
  argument: { name: 'task', value: 'f' },
};

describe('what a signed-out server lists', () => {
  let stage: RelayWorld;
  beforeEach(async () => {
    stage = await startRelayWorld();
  });
  afterEach(() => stage.close());

  /** Lists everything while signed in, then loses the sign-in. */
  async function listAndSignOut() {
    await stage.signIn('repositories');
    const client = await stage.connect('repositories');
    await client.listTools();
    await client.listResources();
    await client.listPrompts();
    await stage.broker.credentials.remove(stage.server('repositories').url);
    return client;
  }

  it('is what it listed when it was last reached, in a session that begins later too', async () => {
    const same = await listAndSignOut();
    for (const client of [same, await stage.connect('repositories')]) {
      const { tools } = await client.listTools();
      const { resources } = await client.listResources();
      const { prompts } = await client.listPrompts();
      assert.deepEqual(
        tools.map(({ name }) => name),
        ['list_branches', 'create_branch'],
      );
      assert.deepEqual(
        resources.map(({ uri }) => uri),
        ['repo://HEAD'],
      );
      assert.deepEqual(
        prompts.map(({ name }) => name),
        ['name_branch'],
      );
    }
    assert.deepEqual([stage.prompts, stage.cards], [[], []]);
  });

  it('is under the name that the user gave the server, as it was before and during the sign-in', async () => {
    const before = await stage.connect('repositories');
    const during = await listAndSignOut();
    const after = await stage.connect('repositories');
    for (const client of [before, during, after]) {
      const { name, title } = client.getServerVersion() ?? {};
      assert.deepEqual([name, title], ['repositories', 'repositories']);
    }
  });

  it('asks for nothing before the first sign-in', async () => {
    const client = await stage.connect('repositories');
    assert.deepEqual(await client.listResources(), { resources: [] });
    assert.deepEqual(await client.listPrompts(), { prompts: [] });
    assert.deepEqual([stage.prompts, stage.cards], [[], []]);
  });

  it('asks for no consent while an argument of a prompt is typed, but for the prompt', async () => {
    const client = await listAndSignOut();
    const { completion } = await client.request(
      { method: 'completion/complete', params: summarize },
      CompleteResultSchema,
    );
    assert.deepEqual(completion.values, []);
    assert.deepEqual(stage.prompts, []);
    await client.getPrompt({ name: 'name_branch', arguments: { task: 'f' } });
    assert.deepEqual(stage.prompts, ['the prompt name_branch']);
  });

  it('leaves who signed in as the last line of sign_in', async () => {
    const client = await stage.connect('repositories');
    await client.listTools();
    const { progress } = await callTool(client, 'sign_in');
    assert.equal(progress.at(-1), 'Signed in as alice@example.org');
  });
});
