import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { alice } from '../demo/people.js';
import { signInAs } from './activeExtension.js';
import { startEditorScene, type EditorScene } from './editorScene.js';

describe('the row “Tools” of a server whose tools are unknown', () => {
  let scene: EditorScene;
  before(async () => {
    scene = await startEditorScene();
    await signInAs(scene.extension, scene.server, alice);
  });
  after(() => scene.close());

  it('starts the server, which lists its tools', async () => {
    const { extension, server } = scene;
    assert.deepEqual(extension.profiles.declarations(server), []);
    const servers = await extension.tree.getChildren();
    const below = await extension.tree.getChildren(servers.find(({ id }) => id === `server ${server.name}`));
    const command = below.find(({ id }) => id === `tools ${server.name}`)?.item.command;
    assert.ok(command);
    const isKnown = () =>
      extension.profiles.declarations(server).some(({ name }) => name === 'create_branch');
    // The editor registers new servers with a delay of half a second and starts none before that, so this
    // repeats the click as a user does.
    while (!isKnown()) {
      await vscode.commands.executeCommand(command.command, ...((command.arguments ?? []) as string[]));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  });
});
