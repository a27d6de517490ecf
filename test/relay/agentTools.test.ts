import assert from 'node:assert/strict';
import { parseToolRules, type ToolQuestion } from '../../src/broker/tools/toolRules.js';
import { startAgentScene, type AgentScene } from './agentScene.js';
import { callTool } from './relayWorld.js';

describe('the tools of an agent', () => {
  let scene: AgentScene;
  let rules: unknown;
  const asked: ToolQuestion[] = [];
  let answers: PromiseWithResolvers<boolean>[];
  beforeEach(async () => {
    rules = {};
    asked.length = 0;
    answers = [];
    scene = await startAgentScene({
      toolRules: {
        ruleOf: (server, tool) => parseToolRules(rules).ruleOf(server, tool),
        onDidChange: () => ({ dispose: () => undefined }),
      },
      toolPrompt: {
        ask: (question) => {
          asked.push(question);
          const answer = Promise.withResolvers<boolean>();
          answers.push(answer);
          return answer.promise;
        },
      },
    });
  });
  afterEach(() => scene.stage.close());

  const connect = async (access: { tools?: string[] } = {}, name = 'tester') => {
    const admitted = await scene.admit({ repositories: access }, name);
    return { ...admitted, client: await scene.connect('repositories', admitted.key.expose()) };
  };
  const ran = () =>
    scene.stage.world.repositories.http.requests.filter(({ rpcMethod }) => rpcMethod === 'tools/call').length;
  const say = async (yes: boolean) => {
    answers.at(-1)?.resolve(yes);
    await answers.at(-1)?.promise;
    await Promise.resolve();
  };

  describe('admitted to some of them', () => {
    const some = { tools: ['list_branches'] };

    it('are all that it is listed, signed in or not', async () => {
      await scene.stage.signIn('repositories');
      const names = async () => {
        const { client } = await connect(some);
        return (await client.listTools()).tools.map(({ name }) => name);
      };
      assert.deepEqual(await names(), ['list_branches']);
      const { client: whole } = await connect();
      assert.equal((await whole.listTools()).tools.length, 2);
      const { credentials } = scene.stage.broker;
      await credentials.remove(scene.stage.server('repositories').url);
      assert.deepEqual(await names(), ['list_branches']);
    });

    it('give it no resource and no prompt, by name and before anything is sent', async () => {
      await scene.stage.signIn('repositories');
      const { client } = await connect(some);
      await callTool(client, 'list_branches');
      const before = scene.stage.world.repositories.http.requests.length;
      assert.deepEqual((await client.listResources()).resources, []);
      assert.deepEqual((await client.listResourceTemplates()).resourceTemplates, []);
      assert.deepEqual((await client.listPrompts()).prompts, []);
      await assert.rejects(
        client.readResource({ uri: 'repo://HEAD' }),
        /the resource repo:\/\/HEAD was not sent: “tester” was admitted only to some tools of repositories/,
      );
      await assert.rejects(
        client.getPrompt({ name: 'name_branch', arguments: { task: 'x' } }),
        /the prompt name_branch was not sent/,
      );
      const ref = { type: 'ref/prompt' as const, name: 'name_branch' };
      await assert.rejects(client.complete({ ref, argument: { name: 'task', value: '' } }), /was not sent/);
      assert.equal(scene.stage.world.repositories.http.requests.length, before);
    });

    it('leave an agent that was admitted to all of them its resources and prompts', async () => {
      await scene.stage.signIn('repositories');
      const { client } = await connect();
      assert.equal((await client.listResources()).resources.length, 1);
      assert.equal((await client.readResource({ uri: 'repo://HEAD' })).contents.length, 1);
    });
  });

  describe('with the rule to ask', () => {
    beforeEach(async () => {
      rules = { repositories: { list_branches: 'ask' } };
      await scene.stage.signIn('repositories');
    });

    it('are refused at once and put to the user; after the approval, the next call runs once', async () => {
      const { client } = await connect();
      const first = await callTool(client, 'list_branches');
      assert.equal(first.isError, true);
      assert.match(
        first.text,
        /^list_branches was not run: .* ask every time\. MCP OAuth Broker has asked the user/,
      );
      assert.deepEqual(
        asked.map(({ agent, tool, server, account }) => [agent, tool, server.name, account]),
        [['tester', 'list_branches', 'repositories', 'alice@example.org']],
      );
      await callTool(client, 'list_branches');
      assert.deepEqual([asked.length, ran()], [1, 0]);
      await say(true);
      assert.equal((await callTool(client, 'list_branches')).isError, false);
      assert.match((await callTool(client, 'list_branches')).text, /MCP OAuth Broker has asked the user/);
      assert.deepEqual([asked.length, ran()], [2, 1]);
    });

    it('run only for the agent and the tool that the approval was for', async () => {
      rules = { repositories: { list_branches: 'ask', create_branch: 'ask' } };
      const { client } = await connect();
      await callTool(client, 'list_branches');
      await say(true);
      const { client: other } = await connect({}, 'other');
      assert.equal((await callTool(other, 'list_branches')).isError, true);
      assert.equal((await callTool(client, 'create_branch', { name: 'a' })).isError, true);
      assert.equal(ran(), 0);
    });

    it('are asked about again two minutes after the approval', async () => {
      const { client } = await connect();
      await callTool(client, 'list_branches');
      await say(true);
      scene.stage.clock.advance(2 * 60_000);
      assert.match((await callTool(client, 'list_branches')).text, /MCP OAuth Broker has asked the user/);
      assert.equal(ran(), 0);
    });

    it('are refused after the user declined, and asked about again two minutes later', async () => {
      const { client } = await connect();
      await callTool(client, 'list_branches');
      await say(false);
      assert.match((await callTool(client, 'list_branches')).text, /the user did not allow this call/);
      assert.match((await callTool(client, 'list_branches')).text, /the user did not allow this call/);
      assert.equal(asked.length, 1);
      scene.stage.clock.advance(2 * 60_000);
      assert.match((await callTool(client, 'list_branches')).text, /MCP OAuth Broker has asked the user/);
      assert.deepEqual([asked.length, ran()], [2, 0]);
    });

    it('are asked about again after ten minutes without a response, and a late approval runs nothing', async () => {
      const { client } = await connect();
      await callTool(client, 'list_branches');
      scene.stage.clock.advance(10 * 60_000);
      await say(true);
      assert.match((await callTool(client, 'list_branches')).text, /MCP OAuth Broker has asked the user/);
      assert.deepEqual([asked.length, ran()], [2, 0]);
    });

    it('run once after another window takes over, with an approval that was given before', async () => {
      const { client, key } = await connect();
      await callTool(client, 'list_branches');
      await say(true);
      const other = scene.openWindow(scene.stage.openWindow());
      scene.agents.dispose();
      await other.port.look();
      assert.equal(other.port.state.kind, 'serving');
      const reconnect = () => scene.connect('repositories', key.expose());
      // The first attempt may use a connection that the closed window left behind.
      const again = await reconnect().catch(reconnect);
      assert.equal((await callTool(again, 'list_branches')).isError, false);
      assert.match((await callTool(again, 'list_branches')).text, /MCP OAuth Broker has asked the user/);
      assert.deepEqual([asked.length, ran()], [2, 1]);
    });

    it('do not run with an approval of an agent that was withdrawn', async () => {
      const { client, agent } = await connect();
      await callTool(client, 'list_branches');
      await say(true);
      await scene.stage.broker.approvals.forget(agent.id);
      assert.match((await callTool(client, 'list_branches')).text, /MCP OAuth Broker has asked the user/);
    });
  });
});
