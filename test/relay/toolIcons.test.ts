import assert from 'node:assert/strict';
import type { Tool } from '@modelcontextprotocol/sdk/types.js';
import { noToolRules, type ToolRule } from '../../src/broker/tools/toolRules.js';
import { toolIcon, type ToolStatus } from '../../src/mcp/toolIcons.js';
import { startAgentScene, type AgentScene } from './agentScene.js';
import type { RawCaller } from './rawCaller.js';

const statuses: readonly ToolStatus[] = ['signedIn', 'needsConsent', 'asks', 'blocked'];

describe('the icons of listed tools', () => {
  let scene: AgentScene;
  const rules = new Map<string, ToolRule>();
  beforeEach(async () => {
    rules.clear();
    scene = await startAgentScene({
      toolRules: { ...noToolRules, ruleOf: (_server, tool) => rules.get(tool) ?? 'allow' },
    });
  });
  afterEach(() => scene.stage.close());

  const toolsOf = async (caller: RawCaller): Promise<readonly Tool[]> => {
    const answer = await caller.call('tools/list');
    const text = await answer.whole();
    const message: unknown = text.startsWith('{') ? JSON.parse(text) : answer.messages.at(-1);
    return (message as { result: { tools: Tool[] } }).result.tools;
  };
  /** The status that the icon of each tool shows, as the editor lists them. */
  const shown = async (server = 'repositories') => {
    const editor = await scene.stage.rawCaller(server);
    await editor.initialize();
    const statusOf = ({ icons }: Tool) =>
      icons === undefined ? undefined : statuses.find((status) => toolIcon(status).src === icons[0]?.src);
    return Object.fromEntries((await toolsOf(editor)).map((tool) => [tool.name, statusOf(tool)]));
  };

  it('show a call that runs as the account, and one that the sign-in lacks a scope for', async () => {
    await scene.stage.signIn('repositories');
    await shown();
    const { toolScopes } = scene.stage.broker;
    await toolScopes.challenged(scene.stage.server('repositories'), 'create_branch', ['repo:write']);
    assert.deepEqual(await shown(), { list_branches: 'signedIn', create_branch: 'needsConsent' });
  });

  it('show the rules of the user', async () => {
    await scene.stage.signIn('repositories');
    rules.set('list_branches', 'ask').set('create_branch', 'block');
    assert.deepEqual(await shown(), { list_branches: 'asks', create_branch: 'blocked' });
  });

  it('show that a sign-in is needed, for the tool that offers it too', async () => {
    assert.deepEqual(await shown(), { sign_in: 'needsConsent' });
  });

  it('are the server’s own for agents', async () => {
    await scene.stage.signIn('repositories');
    const { key } = await scene.admit({ repositories: {} });
    const agent = await scene.connect('repositories', key.expose());
    assert.deepEqual(
      (await agent.listTools()).tools.map(({ icons }) => icons),
      [undefined, undefined],
    );
  });
});

describe('the icon of a tool', () => {
  for (const status of statuses) {
    it(`is a PNG of its own: ${status}`, () => {
      const { src, mimeType, sizes } = toolIcon(status);
      const bytes = Buffer.from(src.slice('data:image/png;base64,'.length), 'base64');
      assert.equal(bytes.subarray(1, 4).toString('latin1'), 'PNG');
      assert.deepEqual([bytes.readUInt32BE(16), bytes.readUInt32BE(20)], [32, 32]);
      assert.deepEqual([mimeType, sizes], ['image/png', ['32x32']]);
      assert.equal(statuses.filter((other) => toolIcon(other).src === src).length, 1);
    });
  }
});
