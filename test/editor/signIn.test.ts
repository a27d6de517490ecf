import assert from 'node:assert/strict';
import { recordName, slotOfAccount } from '../../src/broker/accounts/storedRecord.js';
import * as vscode from 'vscode';
import { accountKeyOf } from '../../src/broker/accounts/credential.js';
import type { ServerConfig } from '../../src/broker/settings/serverSettings.js';
import { alice } from '../demo/people.js';
import type { World } from '../demo/world.js';
import { callbackUriOf, next, signInAs, visitAsUser, type ActiveExtension } from './activeExtension.js';
import { startEditorScene, type EditorScene } from './editorScene.js';

describe('sign-in in the editor', () => {
  let scene: EditorScene;
  let extension: ActiveExtension;
  let world: World;
  let server: ServerConfig;

  beforeEach(async () => {
    scene = await startEditorScene();
    ({ extension, world, server } = scene);
  });
  afterEach(() => scene.close());

  it('signs in, and the tree and the Accounts menu show the same account', async () => {
    const outcome = await signInAs(extension, server, alice);
    assert.equal(outcome.kind, 'signedIn');
    const status = await extension.states.statusOf(server);
    assert.equal(status.status, 'ready');
    assert.equal(status.account, alice.email);
    const [row] = await extension.tree.getChildren();
    assert.ok(row);
    const item = extension.tree.getTreeItem(row);
    assert.equal(item.description, alice.email);
    assert.equal(item.contextValue, 'server ready signedIn');
    const sessions = await extension.accounts.getSessions(undefined);
    assert.deepEqual(
      sessions.map(({ account, scopes }) => [account.label, scopes]),
      [[`${alice.email} – repositories`, ['repositories']]],
    );
    const accounts = await vscode.authentication.getAccounts('mcpOAuthBroker');
    assert.deepEqual(
      accounts.map(({ label }) => label),
      [`${alice.email} – repositories`],
    );
  });

  it('stores its tokens in SecretStorage only', async () => {
    await signInAs(extension, server, alice);
    const credential = await extension.credentials.get(server.url);
    assert.ok(credential);
    const token = credential.tokens.accessToken.expose();
    const { secrets, globalState, workspaceState } = extension.context;
    const name = recordName(server.url, await slotOfAccount(accountKeyOf(credential)));
    assert.ok((await secrets.get(`credential ${name}`))?.includes(token));
    for (const state of [globalState, workspaceState]) {
      for (const key of state.keys()) assert.ok(!JSON.stringify(state.get(key)).includes(token), key);
    }
    assert.ok(!JSON.stringify(credential).includes(token), 'a credential prints without its tokens');
  });

  it('gives other extensions a key of the relay, and never the token', async () => {
    await signInAs(extension, server, alice);
    const credential = await extension.credentials.get(server.url);
    const [session] = await extension.accounts.getSessions(['repositories']);
    assert.ok(credential && session);
    assert.notEqual(session.accessToken, credential.tokens.accessToken.expose());
    assert.equal(session.accessToken, extension.relay.keyFor(server, accountKeyOf(credential)).expose());
    assert.deepEqual(await extension.accounts.getSessions(['reports']), []);
  });

  it('is not affected by a forged callback', async () => {
    const attempt = extension.signIns.begin(server, { deadline: 20_000 });
    const callback = await visitAsUser(attempt, alice);
    extension.callbackUri.handleUri(callbackUriOf('code=stolen&state=guessed'));
    extension.callbackUri.handleUri(callbackUriOf('code=stolen'));
    extension.callbackUri.handleUri(callback.with({ path: '/elsewhere' }));
    extension.callbackUri.handleUri(callback.with({ query: `${callback.query}&state=second` }));
    assert.equal(attempt.phase, 'waitingForConsent');
    extension.callbackUri.handleUri(callback);
    assert.equal((await attempt.outcome).kind, 'signedIn');
  });

  it('is not affected by a repeated callback', async () => {
    const attempt = extension.signIns.begin(server, { deadline: 20_000 });
    const callback = await visitAsUser(attempt, alice);
    extension.callbackUri.handleUri(callback);
    extension.callbackUri.handleUri(callback);
    assert.equal((await attempt.outcome).kind, 'signedIn');
    const before = await extension.credentials.get(server.url);
    extension.callbackUri.handleUri(callback);
    assert.equal(await extension.credentials.get(server.url), before);
    assert.equal(world.authorizationServer.events.filter(({ kind }) => kind === 'token').length, 1);
  });

  it('stays cancelled if its callback arrives late, and the next one works', async () => {
    const attempt = extension.signIns.begin(server, { deadline: 20_000 });
    const callback = await visitAsUser(attempt, alice);
    attempt.cancel();
    extension.callbackUri.handleUri(callback);
    assert.equal((await attempt.outcome).kind, 'cancelled');
    assert.equal(await extension.credentials.get(server.url), undefined);
    assert.equal((await signInAs(extension, server, alice)).kind, 'signedIn');
  });

  it('announces the session once, and its end once', async () => {
    const heard: vscode.AuthenticationProviderAuthenticationSessionsChangeEvent[] = [];
    const subscription = extension.accounts.onDidChangeSessions((event) => heard.push(event));
    const added = next((told) => extension.accounts.onDidChangeSessions(told));
    await signInAs(extension, server, alice);
    await added;
    const removed = next((told) => extension.accounts.onDidChangeSessions(told));
    await extension.signOuts.signOut(server);
    await removed;
    await extension.accounts.getSessions(undefined);
    assert.deepEqual(
      heard.map((event) => [event.added?.length, event.removed?.length, event.changed?.length]),
      [
        [1, 0, 0],
        [0, 1, 0],
      ],
    );
    assert.equal(heard[0]?.added?.[0]?.id, heard[1]?.removed?.[0]?.id);
    subscription.dispose();
  });
});
