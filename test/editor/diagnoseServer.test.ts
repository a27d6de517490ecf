import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { startEditorScene, type EditorScene } from './editorScene.js';

describe('MCP OAuth: Diagnose Server…', () => {
  let scene: EditorScene;
  before(async () => {
    scene = await startEditorScene();
  });
  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await scene.close();
  });

  it('opens a report that cannot be edited, and signs nobody in', async () => {
    await vscode.commands.executeCommand('mcpOAuthBroker.diagnoseServer', scene.server.name);
    const document = vscode.window.activeTextEditor?.document;
    assert.equal(document?.uri.scheme, 'mcp-oauth-diagnosis');
    assert.equal(document.languageId, 'markdown');
    assert.equal(document.uri.path, `/Diagnosis of ${scene.server.name}.md`);
    assert.match(document.getText(), /Nothing stands in the way of a sign-in/);
    assert.match(document.getText(), /### 9–10 The call, with the token: as it should be/);
    assert.deepEqual(scene.world.authorizationServer.events, []);
  });
});
