import assert from 'node:assert/strict';
import path from 'node:path';
import { Screenshots } from '../host/screenshots.js';
import { alice } from '../demo/people.js';
import { Scene } from './scene.js';

/** The tests run in order: each one starts where the previous one ended. */
describe('Copilot Chat and tools with rules', () => {
  const shots = new Screenshots(path.resolve('.vscode-test', 'shots', 'tool-rules'));
  let scene: Scene;
  before(async () => {
    scene = await Scene.set();
    await scene.signIn('repositories');
    const rules = { repositories: { list_branches: 'ask', create_branch: 'block' } };
    await scene.editor.configure(scene.world.serverSettings(), { 'mcpOAuthBroker.toolRules': rules });
  });
  after(() => scene.end());

  it('asks in the chat on every call of a tool whose rule is ask, and runs it after approval', async () => {
    const { chat } = scene;
    await scene.prompt('list my branches');
    const asks = `list_branches on repositories as ${alice.email}`;
    await chat.question(asks).waitFor();
    await shots.take(scene.window.page, 'asked');
    assert.equal(scene.answered('tools/call'), 0);
    await chat.answerQuestion(asks, 'Allow once');
    await chat.waitForAnswer('Done: main');
    assert.equal(scene.answered('tools/call'), 1);
  });

  it('reports to the model that the user did not allow a call', async () => {
    const { chat } = scene;
    await scene.prompt('list my branches again');
    await chat.answerQuestion('list_branches on repositories', 'Don’t run it');
    await chat.waitForAnswer('It did not work');
    const { lastToolResult } = scene.turn.at(-1) ?? {};
    assert.match(lastToolResult ?? '', /^list_branches did not run: .*the user did not allow this call/);
    assert.equal(scene.answered('tools/call'), 1);
  });

  it('reports to the model that a tool is blocked and which command helps, and sends nothing', async () => {
    const { chat } = scene;
    await scene.prompt('create a branch called blocked');
    await chat.approveToolWhereAsked('Create a branch', 'It did not work');
    const { lastToolResult } = scene.turn.at(-1) ?? {};
    assert.match(
      lastToolResult ?? '',
      /^create_branch did not run: .*is to block it.*MCP OAuth: Set Tool Rule…/,
    );
    assert.equal(scene.answered('tools/call'), 1);
    await shots.take(scene.window.page, 'blocked');
  });

  it('shows each tool’s rule in the tree', async () => {
    const { serversView } = scene;
    await serversView.show();
    await serversView.unfold('repositories');
    await serversView.unfold('Tools');
    await serversView.waitFor('list_branches', 'Asks');
    await serversView.waitFor('create_branch', 'Blocked');
    await shots.take(scene.window.page, 'tree');
  });
});
