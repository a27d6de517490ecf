import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { setClientSecret } from '../../src/editor/clients/clientCommands.js';
import { OwnAccounts, type EditorAuthentication } from '../../src/editor/signIn/editorAccounts.js';
import { describeSignOut } from '../../src/editor/signIn/signOutReport.js';
import { activeExtension, extensionId, next } from './activeExtension.js';
import { DialogueAnswers } from './dialogueAnswers.js';
import { startEditorScene } from './editorScene.js';

const alice = { id: '1', label: 'alice' };
const providerId = 'mcpOAuthBrokerTest';

/** A registered authentication provider with one session. */
class OneSessionProvider implements vscode.AuthenticationProvider {
  readonly #changed =
    new vscode.EventEmitter<vscode.AuthenticationProviderAuthenticationSessionsChangeEvent>();
  readonly onDidChangeSessions = this.#changed.event;
  asked = 0;

  getSessions(scopes: readonly string[] | undefined) {
    this.asked++;
    const session = { id: 's', accessToken: 'hunter2', account: alice, scopes: scopes ?? [] };
    return Promise.resolve([session]);
  }

  createSession(): Promise<vscode.AuthenticationSession> {
    return Promise.reject(new Error('not in this test'));
  }

  removeSession(): Promise<void> {
    return Promise.resolve();
  }
}

describe('tokens from other sources, in the editor', () => {
  it("are unavailable without the user's permission for the provider's account, and no question is shown", async () => {
    const provider = new OneSessionProvider();
    const registered = vscode.authentication.registerAuthenticationProvider(providerId, 'Test', provider);
    try {
      assert.equal(await new OwnAccounts().existingSession(providerId, ['read'], alice), undefined);
      assert.ok(provider.asked > 0, 'the provider was asked what it has');
    } finally {
      registered.dispose();
    }
  });

  it('are requested silently by a call, and with a question only by the user', async () => {
    const seen: unknown[] = [];
    const session = { id: 's', accessToken: 'hunter2', account: alice, scopes: ['read'] };
    const authentication = {
      getSession: (...asked: unknown[]) => {
        seen.push(asked);
        return Promise.resolve(session);
      },
    } as EditorAuthentication;
    const accounts = new OwnAccounts(authentication);
    const existing = await accounts.existingSession('github', ['read'], alice);
    assert.equal(existing?.accessToken.expose(), 'hunter2');
    assert.ok(!JSON.stringify(existing).includes('hunter2'));
    await accounts.askedSession('github', ['read'], { server: 'tools', anew: false });
    await accounts.askedSession('github', ['read'], { server: 'tools', anew: true });
    const detail = 'Its token will be sent to the MCP server “tools”, as configured in its settings.';
    assert.deepEqual(seen, [
      ['github', ['read'], { silent: true, account: alice }],
      ['github', ['read'], { createIfNone: { detail }, clearSessionPreference: true }],
      ['github', ['read'], { forceNewSession: { detail } }],
    ]);
  });

  it('are absent if the user denied the request', async () => {
    const getSession = () => Promise.reject(new Error('User did not consent to login.'));
    const accounts = new OwnAccounts({ getSession });
    assert.equal(await accounts.existingSession('github', [], alice), undefined);
    assert.equal(await accounts.askedSession('github', [], { server: 'a', anew: false }), undefined);
  });

  it('are removed with a receipt that names the place to sign the account out', async () => {
    const server = { name: 'tools', url: 'https://mcp.example/mcp', headers: {}, oauth: {} };
    const receipt = { kind: 'forgotten', provider: 'github', account: 'alice' } as const;
    const { message } = describeSignOut(server, receipt);
    assert.equal(
      message,
      'Your account (github, alice) is no longer used for tools. You are still signed in to it in the editor, and its token stays valid. To sign out of it, use the Accounts menu.',
    );
    await Promise.resolve();
  });

  it('of an identity provider have commands, a setting, and reported problems', async () => {
    const extension = await activeExtension();
    const commands = await vscode.commands.getCommands(true);
    for (const id of ['signInToIdentityProvider', 'signOutOfIdentityProvider']) {
      assert.ok(commands.includes(`mcpOAuthBroker.${id}`), id);
    }
    const configuration = vscode.workspace.getConfiguration('mcpOAuthBroker');
    const set = async (value: unknown) => {
      const heard = next((told) => extension.settings.onDidChange(told));
      await configuration.update('enterpriseIdentityProvider', value, vscode.ConfigurationTarget.Global);
      await heard;
    };
    try {
      await set({ issuer: 'https://idp.example', clientId: 'broker', clientSecret: 'x' });
      assert.equal(extension.settings.identityProvider, undefined);
      assert.deepEqual(
        extension.settings.problems.map(({ field }) => field),
        ['clientSecret'],
      );
      await set({ issuer: 'https://idp.example', clientId: 'broker' });
      assert.deepEqual(extension.settings.identityProvider, {
        issuer: 'https://idp.example',
        clientId: 'broker',
      });
    } finally {
      await set(undefined);
    }
    assert.equal(extension.settings.identityProvider, undefined);
  });

  it('of an identity provider have their secret stored by the command, in SecretStorage', async () => {
    const scene = await startEditorScene();
    const { settings, answers, context } = scene.extension;
    const dialogue = new DialogueAnswers('The identity provider idp.example', 'hush');
    try {
      const identityProvider = { issuer: 'https://idp.example', clientId: 'broker' };
      const withProvider = Object.create(settings, { identityProvider: { value: identityProvider } }) as typeof settings; // prettier-ignore
      await setClientSecret(
        {
          choice: { choose: () => assert.fail('no server is chosen') },
          settings: withProvider,
          clientSecrets: answers.clientSecrets,
          extensionId,
          guides: { show: () => assert.fail() },
          window: dialogue.window,
        },
        undefined,
      );
      const stored = await context.secrets.get('clientSecret https://idp.example broker');
      assert.ok(stored?.includes('hush'));
      assert.ok(!dialogue.shown.join().includes('hush'));
    } finally {
      await answers.clientSecrets.remove({ name: 'idp', url: 'https://idp.example' }, 'broker');
      await scene.close();
    }
  });
});
