import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { AgentAdmission } from '../../src/broker/agents/agentAdmission.js';
import { AdmitAgent } from '../../src/editor/agents/admitAgent.js';
import { showConnection } from '../../src/editor/agents/agentConnection.js';
import { editorPlace } from '../../src/editor/adapters/editorPlace.js';
import { FirstUsePrompt } from '../../src/editor/signIn/firstUsePrompt.js';
import { openSettings } from '../../src/editor/settings/serverSettings.js';
import { remoteNotes } from '../../src/editor/signIn/remoteNotes.js';
import { systemClock } from '../../src/node/machine.js';
import { credentialFor, serverAt } from '../broker/brokerWindow.js';
import { ManualClock } from '../broker/manualClock.js';
import { activeExtension, extensionId } from './activeExtension.js';
import { DialogueAnswers } from './dialogueAnswers.js';

const here = { isDesktop: true, isUsersMachine: true };
const server = serverAt('https://mcp.example.com/mcp', 'repositories');

describe('the note about running on the user’s machine', () => {
  it("is shown in remote windows only if the extension runs on the user's machine", () => {
    assert.equal(remoteNotes(here, extensionId, undefined), undefined);
    assert.equal(
      remoteNotes({ isDesktop: true, isUsersMachine: false }, extensionId, 'ssh-remote'),
      undefined,
    );
    const notes = remoteNotes(here, extensionId, 'ssh-remote');
    assert.ok(notes);
    assert.ok(
      notes.unreachable.includes(
        'add "remote.extensionKind": {"mcp-oauth-broker.mcp-oauth-broker": ["workspace"]} to your settings',
      ),
    );
    assert.match(notes.assertions, /on your computer, not on the remote/);
    assert.match(notes.agents.detail, /mcp-oauth-broker-headless/);
    assert.match(notes.sessions, /run the extension on the remote\.$/);
  });

  it('is shown before an agent is admitted, and with its addresses', async () => {
    const addressNote = remoteNotes(here, extensionId, 'ssh-remote')?.agents;
    const { credentials, connections } = await activeExtension();
    const parts = { servers: () => [server], port: () => 29417, connections, addressNote };
    const dialogue = new DialogueAnswers('Done');
    const prompts: string[] = [];
    const window = {
      ...dialogue.window,
      showInputBox: (options?: vscode.InputBoxOptions) => {
        prompts.push(options?.prompt ?? '');
        return Promise.resolve(undefined);
      },
    };
    await new AdmitAgent({ ...parts, credentials, toolsOf: () => [], clock: systemClock }, window).ask();
    assert.match(
      prompts[0] ?? '',
      /on your computer, not on the remote\. For agents on the remote, run mcp-oauth-broker-headless there\.$/,
    );
    const agent: AgentAdmission = {
      id: 'a',
      name: 'ADK',
      createdAt: 0,
      keyId: 'k',
      servers: [{ url: server.url }],
    };
    await showConnection(agent, undefined, parts, dialogue.window);
    assert.match(dialogue.shown[0] ?? '', /These addresses work on your computer.*mcp-oauth-broker-headless/);
  });
});

describe('the place where the extension runs', () => {
  it('is what the editor reports, and does not depend on a remote', () => {
    const { uiKind } = vscode.env;
    const isDesktop = uiKind === vscode.UIKind.Desktop;
    assert.deepEqual(editorPlace({ extensionKind: vscode.ExtensionKind.UI }), {
      isDesktop,
      isUsersMachine: isDesktop,
    });
    assert.deepEqual(editorPlace({ extensionKind: vscode.ExtensionKind.Workspace }), {
      isDesktop,
      isUsersMachine: false,
    });
  });

  it('does not affect where its settings are opened: they are the user’s own', async () => {
    await openSettings('@id:mcpOAuthBroker.servers');
    const labels = vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.map(({ label }) => label));
    assert.deepEqual(labels, ['Settings']);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });
});

describe('the question about the first use of a sign-in on a machine', () => {
  const credential = credentialFor(server.url, 'https://as.example.com', new ManualClock());
  for (const [button, answer] of [
    ['Use Here', 'useHere'],
    ['Not Here', 'notHere'],
    [undefined, undefined],
  ] as const) {
    it(`names server, account and remote, and handles ${button ?? 'a closed question'}`, async () => {
      const shown: string[] = [];
      const notices = {
        warning: (message: string, ...buttons: string[]) => {
          shown.push(message, ...buttons);
          return Promise.resolve(buttons.find((label) => label === button));
        },
      };
      assert.equal(await new FirstUsePrompt(notices, 'ssh-remote').ask(server, credential), answer);
      assert.deepEqual(shown, [
        'Use your sign-in to repositories as alice@example.org on the remote ssh-remote? Its token has not been sent from there before.',
        'Use Here',
        'Not Here',
      ]);
    });
  }
});
