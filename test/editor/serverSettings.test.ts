import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { SettingsProblems } from '../../src/editor/settings/settingsProblems.js';
import { activeExtension, configure, next, type ActiveExtension } from './activeExtension.js';

describe('the setting mcpOAuthBroker.servers', () => {
  let extension: ActiveExtension;

  before(async () => {
    extension = await activeExtension();
  });
  afterEach(() => configure(extension, undefined));

  it('is written by Add Server in addition to existing entries, including malformed ones', async () => {
    await configure(extension, { broken: { type: 'stdio' } });
    const changed = next((told) => extension.settings.onDidChange(told));
    await extension.settings.add('repositories', { url: 'https://mcp.example.com/mcp', clientId: 'abc' });
    await changed;
    assert.deepEqual(vscode.workspace.getConfiguration('mcpOAuthBroker').get('servers'), {
      broken: { type: 'stdio' },
      repositories: { type: 'http', url: 'https://mcp.example.com/mcp', oauth: { clientId: 'abc' } },
    });
    assert.equal(extension.settings.find('repositories')?.oauth.clientId, 'abc');
    assert.deepEqual(extension.settings.names, ['broken', 'repositories']);
  });

  it('prevents a workspace from adding or redirecting a server', () => {
    const { workspaceValue, workspaceFolderValue } =
      vscode.workspace.getConfiguration('mcpOAuthBroker').inspect('servers') ?? {};
    assert.deepEqual([workspaceValue, workspaceFolderValue], [undefined, undefined]);
    return assert.rejects(async () =>
      vscode.workspace
        .getConfiguration('mcpOAuthBroker')
        .update('servers', { x: { url: 'https://x.example' } }, vscode.ConfigurationTarget.Workspace),
    );
  });

  it('reports a problem once for each change, naming entry and field', async () => {
    const told: string[] = [];
    const problems = new SettingsProblems(extension.settings, (message) => {
      told.push(message);
      return Promise.resolve();
    });
    await configure(extension, { repositories: { url: 'mcp.example.com' } });
    await configure(extension, {
      repositories: { url: 'mcp.example.com' },
      fine: { url: 'https://fine.example/' },
    });
    assert.equal(told.length, 1);
    assert.match(told[0] ?? '', /“repositories” › url: .*not a URL/);
    problems.dispose();
  });

  it('shows a problem in the tree, with a link to the settings', async () => {
    await configure(extension, { repositories: { url: 'ftp://mcp.example.com' } });
    const [row] = await extension.tree.getChildren();
    assert.equal(row?.item.contextValue, 'problem');
    const item = extension.tree.getTreeItem(row);
    assert.equal(item.label, 'repositories');
    assert.match(String(item.description), /^Misconfigured – /);
    assert.equal(item.command?.command, 'mcpOAuthBroker.openSettings');
    assert.match(item.accessibilityInformation?.label ?? '', /“repositories” › url/);
  });
});
