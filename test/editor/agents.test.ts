import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { AdmitAgent } from '../../src/editor/agents/admitAgent.js';
import { AgentsTree } from '../../src/editor/agents/agentsTree.js';
import { systemClock } from '../../src/node/machine.js';
import { startWorld, type World } from '../demo/world.js';
import { activeExtension, configure, type ActiveExtension } from './activeExtension.js';
import { DialogueAnswers } from './dialogueAnswers.js';

describe('agents in the editor', () => {
  let extension: ActiveExtension;
  let world: World;
  before(async () => {
    extension = await activeExtension();
    world = await startWorld();
    await configure(extension, world.serverSettings());
  });
  after(async () => {
    for (const { id } of await extension.agents.admissions.all()) {
      await extension.agents.admissions.withdraw(id);
    }
    await extension.agents.port.look();
    await configure(extension, undefined);
    await world.close();
  });

  const ask = (answers: DialogueAnswers) =>
    new AdmitAgent(
      {
        servers: () => extension.settings.servers,
        credentials: extension.credentials,
        toolsOf: () => ['list_branches', 'create_branch'],
        clock: systemClock,
      },
      answers.window,
    ).ask();

  it("are admitted with the user's answers, question by question", async () => {
    const answers = new DialogueAnswers(
      'ADK',
      'repositories',
      'Only some',
      'repo:read',
      'list_branches',
      '1 week',
    );
    const admission = await ask(answers);
    assert.equal(admission?.name, 'ADK');
    assert.deepEqual(admission.servers, [
      { url: world.repositories.url, scopes: ['repo:read'], tools: ['list_branches'] },
    ]);
    const days = ((admission.expiresAt ?? 0) - systemClock.now()) / 86_400_000;
    assert.ok(days > 6.9 && days <= 7);
  });

  it('are not admitted if the user closes a question', async () => {
    assert.equal(await ask(new DialogueAnswers('ADK', 'repositories', undefined)), undefined);
    assert.equal(await ask(new DialogueAnswers('ADK', undefined)), undefined);
  });

  it('are listed with their permissions, and served until they are withdrawn', async () => {
    const { admissions, port } = extension.agents;
    const { agent } = await admissions.admit({
      name: 'ADK',
      servers: [{ url: world.repositories.url, scopes: ['repo:read'] }],
    });
    await port.look();
    assert.equal(port.state.kind, 'serving');
    const tree = new AgentsTree(extension.agents, extension.settings, systemClock, extension.connections);
    const [row] = await tree.getChildren();
    assert.ok(row !== undefined);
    assert.equal(tree.getTreeItem(row).description, 'admitted');
    const [server] = await tree.getChildren(row);
    assert.ok(server !== undefined);
    assert.equal(tree.getTreeItem(server).label, 'repositories');
    assert.equal(tree.getTreeItem(server).description, 'at most repo:read');
    tree.dispose();
    await admissions.withdraw(agent.id);
    await port.look();
    assert.equal(port.state.kind, 'idle');
  });

  it('are listed with their remaining time, short in the side bar and in full in the tooltip', async () => {
    const { admissions } = extension.agents;
    const at = (day: number, hour: number) => new Date(2126, 10, day, hour, 30).getTime();
    const clock = { ...systemClock, now: () => at(24, 9) };
    const tree = new AgentsTree(extension.agents, extension.settings, clock, extension.connections);
    for (const [expiresAt, shown] of [
      [at(24, 11), /^until 11:30\sAM$/],
      [at(27, 11), /^until Nov 27$/],
    ] as const) {
      const { agent } = await admissions.admit({ name: 'ADK', servers: [], expiresAt });
      const [row] = await tree.getChildren();
      assert.ok(row !== undefined);
      const item = tree.getTreeItem(row);
      assert.match(String(item.description), shown);
      assert.ok(typeof item.tooltip === 'string');
      assert.match(item.tooltip, /^Agent ADK: admitted until .*2126.*11:30/);
      assert.equal(item.accessibilityInformation?.label, item.tooltip);
      await admissions.withdraw(agent.id);
    }
    tree.dispose();
  });

  it("wait in their view, in every window, for the user's decision on a rule’s question", async () => {
    const { admissions, questions } = extension.agents;
    const access = { url: world.repositories.url };
    const { agent } = await admissions.admit({ name: 'ADK', servers: [access] });
    const server = extension.settings.withUrl(access.url) ?? assert.fail();
    const take = () =>
      questions.take(
        { id: agent.id, name: agent.name, access },
        server,
        'create_branch',
        'alice@example.org',
      );
    assert.equal(await take(), 'asked');
    const tree = new AgentsTree(extension.agents, extension.settings, systemClock, extension.connections);
    const [row] = await tree.getChildren();
    assert.ok(row !== undefined);
    assert.equal(tree.getTreeItem(row).description, 'waiting for your approval');
    const [question] = await tree.getChildren(row);
    assert.ok(question !== undefined);
    const item = tree.getTreeItem(question);
    assert.deepEqual(
      [item.label, item.description, item.contextValue],
      ['Run create_branch on repositories?', 'alice@example.org · your rule is to ask', 'agentAsk'],
    );
    await vscode.commands.executeCommand('mcpOAuthBroker.declineAgent', question);
    assert.deepEqual(questions.pending, []);
    assert.equal(await take(), 'declined');
    tree.dispose();
    await admissions.withdraw(agent.id);
  });

  it('have a view', async () => {
    await vscode.commands.executeCommand('mcpOAuthBroker.agents.focus');
  });
});
