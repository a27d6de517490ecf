import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { SignInTool } from '../../src/editor/chatTools/signInTool.js';
import { systemClock } from '../../src/node/machine.js';
import { configure, serverNamed } from './activeExtension.js';
import { startEditorScene, type EditorScene } from './editorScene.js';

describe('sign-ins without a browser', () => {
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

  const configuredWith = async ({ extension, world }: EditorScene, grant: string) => {
    const servers = world.serverSettings() as Record<string, object>;
    const oauth = {
      ...{ grant, clientId: 'by-hand' },
      ...(grant === 'jwtBearer' && { assertionFile: '/nowhere/assertion' }),
    };
    await configure(extension, { ...servers, repositories: { ...servers['repositories'], oauth } });
    return serverNamed(extension, 'repositories');
  };

  for (const grant of ['clientCredentials', 'jwtBearer']) {
    it(`are begun by no command and no menu with the grant ${grant}: a check runs instead`, async () => {
      const scene = await startEditorScene();
      const { extension, world } = scene;
      try {
        const server = await configuredWith(scene, grant);
        for (const command of ['signIn', 'signInWithCode', 'signInWithScopes']) {
          const before = world.repositories.http.requests.length;
          await vscode.commands.executeCommand(`mcpOAuthBroker.${command}`, server.name);
          assert.ok(world.repositories.http.requests.length > before, command);
          assert.equal(extension.signIns.running(server), undefined);
        }
        await assert.rejects(extension.accounts.createSession([server.name]), vscode.CancellationError);
        assert.equal(extension.signIns.running(server), undefined);
        assert.deepEqual(world.authorizationServer.events, []);
      } finally {
        await scene.close();
      }
    });
  }

  it('are not begun by a model with an identity provider: it receives the place to sign in', async () => {
    const scene = await startEditorScene();
    const { extension } = scene;
    try {
      const server = await configuredWith(scene, 'enterpriseManaged');
      const tool = new SignInTool({
        ...extension,
        ...{ http: { fetch }, clock: systemClock, answers: extension.answers },
        personalSignIn: { inBrowser: () => assert.fail('a browser is opened') },
      });
      const input = { server: server.name };
      const { token } = new vscode.CancellationTokenSource();
      assert.equal((await tool.prepareInvocation({ input }, token)).confirmationMessages, undefined);
      const { content } = await tool.invoke({ input }, token);
      const [answer] = content as readonly vscode.LanguageModelTextPart[];
      assert.match(answer?.value ?? '', /identity provider\. Sign in there with “MCP OAuth: Sign In to Id/);
      assert.equal(extension.signIns.running(server), undefined);
    } finally {
      await scene.close();
    }
  });

  it("with a device code end with the server's missing feature, and start no other flow", async () => {
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
