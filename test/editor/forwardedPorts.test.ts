import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { defaultAgentSettings } from '../../src/broker/agents/agentSettings.js';
import { relayPorts } from '../../src/loopback/httpListener.js';
import { startEditorScene } from './editorScene.js';

describe('the ports of the extension in a remote window', () => {
  it('are ignored by the editor’s forwarding, in addition to its configured ports', () => {
    const attributes = vscode.workspace.getConfiguration('remote').inspect('portsAttributes')?.defaultValue;
    const of = attributes as Record<string, { readonly onAutoForward?: string; readonly protocol?: string }>;
    assert.equal(of[String(defaultAgentSettings.port)]?.onAutoForward, 'ignore');
    assert.equal(of[`${relayPorts.first}-${relayPorts.last}`]?.onAutoForward, 'ignore');
    assert.equal(of['443']?.protocol, 'https');
  });

  it('are the ones that it listens on', async () => {
    const scene = await startEditorScene();
    try {
      const { url } = await scene.extension.relay.endpointFor(scene.server);
      const port = Number(new URL(url).port);
      assert.ok(port >= relayPorts.first && port <= relayPorts.last, url);
    } finally {
      await scene.close();
    }
  });
});
