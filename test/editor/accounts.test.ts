import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { accountKeyOf } from '../../src/broker/accounts/credential.js';
import { AccountRows, ServersTree } from '../../src/editor/views/serversTree.js';
import { systemClock } from '../../src/node/machine.js';
import { alice, bob } from '../demo/people.js';
import { visitAsUser } from './activeExtension.js';
import { startEditorScene, type EditorScene } from './editorScene.js';

describe('two accounts of a server in the editor', () => {
  let scene: EditorScene;
  before(async () => {
    scene = await startEditorScene();
  });
  beforeEach(async () => {
    for (const user of [alice, bob]) await signInAsAnother(user);
  });
  afterEach(async () => {
    for (const { id } of await scene.extension.accounts.getSessions(undefined))
      await scene.extension.accounts.removeSession(id);
  });
  after(() => scene.close());

  const signInAsAnother = async (user: typeof alice) => {
    const { signIns, callbackUri } = scene.extension;
    const attempt = signIns.begin(scene.server, { deadline: 20_000, anotherAccount: true });
    callbackUri.handleUri(await visitAsUser(attempt, user));
    assert.equal((await attempt.outcome).kind, 'signedIn');
  };
  const labels = async () =>
    (await scene.extension.accounts.getSessions(['repositories'])).map(({ account }) => account.label);
  const inUse = async () => (await scene.extension.states.statusOf(scene.server)).account;
  const credentialOf = async ({ email }: typeof alice) => {
    const all = await scene.extension.credentials.all(scene.server.url);
    return all.find(({ account }) => account?.label === email) ?? assert.fail(email);
  };

  it('are both in the Accounts menu, the current one first, each with its own key', async () => {
    assert.deepEqual(await labels(), [`${bob.email} – repositories`, `${alice.email} – repositories`]);
    const sessions = await scene.extension.accounts.getSessions(['repositories']);
    assert.equal(new Set(sessions.map(({ accessToken }) => accessToken)).size, 2);
  });

  it('are rows of the tree, which shows the current one', async () => {
    const { statuses, settings } = scene.extension;
    const tree = new ServersTree(statuses, [settings], [new AccountRows()], systemClock);
    const [server] = await tree.getChildren();
    const rows = (await tree.getChildren(server)).map((row) => tree.getTreeItem(row));
    const accounts = rows.filter(({ contextValue }) => contextValue?.startsWith('account') === true);
    assert.deepEqual(
      accounts.map(({ label, contextValue }) => [label, contextValue]),
      [
        [bob.email, 'account inUse'],
        [alice.email, 'account other'],
      ],
    );
    for (const { accessibilityInformation } of accounts)
      assert.match(accessibilityInformation?.label ?? '', /^repositories: .*@example\.org$/);
    tree.dispose();
  });

  it('are switched by the command at an account’s row, and the workspace remembers the choice', async () => {
    assert.equal(await inUse(), bob.email);
    const row = { server: scene.server, account: { key: accountKeyOf(await credentialOf(alice)) } };
    await vscode.commands.executeCommand('mcpOAuthBroker.switchAccount', row);
    assert.equal(await inUse(), alice.email);
    const { workspaceState } = scene.extension.context;
    assert.equal(workspaceState.get(`account ${scene.server.url}`), row.account.key);
  });

  it('are signed out one at a time, from the Accounts menu and by the command', async () => {
    const [first] = await scene.extension.accounts.getSessions(['repositories']);
    await scene.extension.accounts.removeSession(first?.id ?? '');
    // The menu cannot ask for the next account, so none is current.
    assert.deepEqual([await labels(), await inUse()], [[`${alice.email} – repositories`], undefined]);
    const key = accountKeyOf(await credentialOf(alice));
    const row = { server: scene.server, account: { key } };
    await vscode.commands.executeCommand('mcpOAuthBroker.removeAccount', row);
    assert.deepEqual([await labels(), await inUse()], [[], undefined]);
  });
});
