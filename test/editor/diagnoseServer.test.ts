import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { next } from './activeExtension.js';
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

  it('opens its report in rendered form, without a sign-in', async () => {
    const opened = next(vscode.workspace.onDidOpenTextDocument);
    const shown = next(vscode.window.tabGroups.onDidChangeTabs);
    await vscode.commands.executeCommand('mcpOAuthBroker.diagnoseServer', scene.server.name);
    const [tab] = (await shown).opened;
    assert.ok(tab?.input instanceof vscode.TabInputWebview);
    assert.match(tab.input.viewType, /markdown\.preview/);
    assert.ok(tab.label.includes(`Diagnosis of ${scene.server.name}`), tab.label);
    const document = await opened;
    assert.equal(document.uri.scheme, 'mcp-oauth-diagnosis');
    assert.equal(document.languageId, 'markdown');
    assert.equal(document.uri.path, `/Diagnosis of ${scene.server.name}.md`);
    assert.match(document.getText(), /No problem was found that prevents a sign-in/);
    assert.match(document.getText(), /### 9–10 Call with the token: OK/);
    assert.deepEqual(scene.world.authorizationServer.events, []);
  });

  it('shows the redirect URI of the last sign-in next to that of the next one', async () => {
    const { extension, server } = scene;
    const attempt = extension.signIns.begin(server, { deadline: 20_000 });
    const { address } = await attempt.launchPage();
    const answer = await fetch(address, { redirect: 'manual' });
    const sent = new URL(
      new URL(answer.headers.get('location') ?? '').searchParams.get('redirect_uri') ?? '',
    );
    attempt.cancel();
    const opened = next(vscode.workspace.onDidOpenTextDocument);
    await vscode.commands.executeCommand('mcpOAuthBroker.diagnoseServer', server.name);
    const report = (await opened).getText();
    const told = /The last sign-in on this machine sent (\S+), at /.exec(report.replaceAll('\\', ''))?.[1];
    assert.equal(told, `${sent.origin}${sent.pathname}`);
  });
});
