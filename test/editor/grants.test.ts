import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { startEditorScene } from './editorScene.js';

describe('sign-ins without a browser here', () => {
  it('are commands of the editor', async () => {
    const scene = await startEditorScene();
    try {
      const commands = await vscode.commands.getCommands(true);
      for (const id of ['signInWithCode', 'setClientKey']) {
        assert.ok(commands.includes(`mcpOAuthBroker.${id}`), id);
      }
    } finally {
      await scene.close();
    }
  });

  it('with a code end with what the server lacks, and begin no other', async () => {
    const scene = await startEditorScene();
    try {
      const attempt = scene.extension.signIns.begin(scene.server, { deadline: 20_000 });
      await attempt.useCode(() => assert.fail('a code was shown'));
      const outcome = await attempt.outcome;
      assert.ok(outcome.kind === 'failed', outcome.kind);
      assert.equal(outcome.error.code, 'deviceFlowNotOffered');
      assert.equal(scene.extension.signIns.running(scene.server), undefined);
      assert.deepEqual(scene.world.authorizationServer.events, []);
    } finally {
      await scene.close();
    }
  });
});
