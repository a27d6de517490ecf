import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { startWorld, type World } from '../demo/world.js';
import { activeExtension, configure, extensionId, type ActiveExtension } from './activeExtension.js';

const listeners = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap').length;

describe('activation', () => {
  let extension: ActiveExtension;
  let world: World;

  before(async () => {
    extension = await activeExtension();
    world = await startWorld();
  });

  after(async () => {
    await configure(extension, undefined);
    await world.close();
  });

  it('registers every command that package.json contributes', async () => {
    const contributed = vscode.extensions.getExtension(extensionId)?.packageJSON as {
      contributes: { commands: { command: string }[] };
    };
    const registered = new Set(await vscode.commands.getCommands(true));
    for (const { command } of contributed.contributes.commands) assert.ok(registered.has(command), command);
  });

  it('fills the editor, the tree and the accounts without a listener or a request', async () => {
    const before = listeners();
    await configure(extension, world.serverSettings());
    const definitions = await extension.definitions.provideMcpServerDefinitions();
    const rows = await extension.tree.getChildren();
    const sessions = await extension.accounts.getSessions(undefined);
    assert.deepEqual(
      definitions.map(({ label }) => label),
      ['repositories', 'reports'],
    );
    assert.equal(rows.length, 2);
    assert.deepEqual(sessions, []);
    assert.equal(listeners(), before);
    assert.deepEqual(world.repositories.http.requests, []);
    assert.deepEqual(world.authorizationServer.requests, []);
  });
});
