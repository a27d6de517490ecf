import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { RecentCalls } from '../../src/broker/status/consentReport.js';
import type { SignInAttempt } from '../../src/broker/signIn/signInAttempt.js';
import { ConsentStatusTool } from '../../src/editor/chatTools/consentStatusTool.js';
import { SignInTool } from '../../src/editor/chatTools/signInTool.js';
import { systemClock } from '../../src/node/machine.js';
import { alice } from '../demo/people.js';
import { extensionId, signInAs, visitAsUser, type ActiveExtension } from './activeExtension.js';
import { startEditorScene, type EditorScene } from './editorScene.js';

interface ContributedTool {
  readonly name: string;
  readonly toolReferenceName?: string;
  readonly canBeReferencedInPrompt?: boolean;
  readonly inputSchema: { readonly properties: Record<string, unknown> };
}

describe('the language model tools', () => {
  let scene: EditorScene;
  let extension: ActiveExtension;
  let host: string;
  const alive = new vscode.CancellationTokenSource().token;

  before(async () => {
    scene = await startEditorScene();
    ({ extension } = scene);
    host = new URL(scene.world.authorizationServer.issuer).host;
  });
  afterEach(() => scene.signOut());
  after(() => scene.close());

  it('are registered under the names and with the input that package.json contributes', () => {
    const { contributes } = vscode.extensions.getExtension(extensionId)?.packageJSON as {
      contributes: { languageModelTools: ContributedTool[] };
    };
    const said = contributes.languageModelTools.map((tool) => [tool.name, tool.toolReferenceName]);
    assert.deepEqual(said, [
      ['mcpConsent', 'mcpConsent'],
      ['mcpSignIn', 'mcpSignIn'],
    ]);
    for (const { name, inputSchema, canBeReferencedInPrompt } of contributes.languageModelTools) {
      assert.equal(canBeReferencedInPrompt, true);
      assert.ok(Object.hasOwn(inputSchema.properties, 'server'));
      assert.ok(
        vscode.lm.tools.some((tool) => tool.name === name),
        name,
      );
    }
  });

  describe('mcpConsent', () => {
    const asked = async (input: object, calls?: RecentCalls) => {
      const { statuses, settings } = extension;
      const tool = new ConsentStatusTool(statuses, settings, { now: () => Date.UTC(2030, 0, 1) }, calls);
      return textOf(await tool.invoke({ input }));
    };

    it('reports what the tree shows, for every server or for one, without a question', async () => {
      await signInAs(extension, scene.server, alice);
      const requests = scene.world.repositories.http.requests.length;
      const options = { input: {}, toolInvocationToken: undefined };
      const text = textOf(await vscode.lm.invokeTool('mcpConsent', options));
      assert.match(
        text,
        /^repositories: ready \(.*\)\n {2}account: alice@example\.org\n {2}scopes granted: /m,
      );
      assert.match(text, /^reports: /m);
      assert.match(text, /expiry: renews automatically/);
      assert.equal(scene.world.repositories.http.requests.length, requests);
      assert.doesNotMatch(await asked({ server: 'repositories' }), /^reports: /m);
    });

    it('lists the configured servers if it is called for an unknown one', async () => {
      assert.equal(
        await asked({ server: 'nowhere' }),
        'MCP OAuth Broker has no server named “nowhere”. Configured servers: “repositories”, “reports”.',
      );
    });

    it('reports the newest calls of each server, and more calls of a single one', async () => {
      const limits: [string, number][] = [];
      const recent = (url: string, limit: number) => {
        limits.push([url, limit]);
        return Promise.resolve([{ at: Date.UTC(2029, 0, 1), tool: 'list_branches', outcome: 'ok' }]);
      };
      assert.match(
        await asked({ server: 'repositories' }, { recent }),
        /call 2029-01-01T00:00Z: list_branches: ok/,
      );
      assert.match(await asked({}, { recent }), /list_branches/);
      assert.deepEqual(
        limits.filter(([url]) => url === scene.server.url).map(([, limit]) => limit),
        [10, 3],
      );
    });
  });

  describe('mcpSignIn', () => {
    /** @param inBrowser runs in place of the browser */
    function tool(inBrowser: (attempt: SignInAttempt) => Promise<unknown> = () => Promise.resolve()) {
      const { statuses, credentials, signIns, answers } = extension;
      const opened: SignInAttempt[] = [];
      const parts = {
        ...{ statuses, credentials, signIns, answers, clock: systemClock },
        http: { fetch, resolver: { addressesOf: () => Promise.resolve([]) } },
        personalSignIn: {
          inBrowser: async (attempt: SignInAttempt) => {
            opened.push(attempt);
            await inBrowser(attempt);
            return attempt.outcome;
          },
        },
      };
      return { signIn: new SignInTool(parts), opened };
    }
    const consents = async (attempt: SignInAttempt) =>
      extension.callbackUri.handleUri(await visitAsUser(attempt, alice));

    it('asks first, naming server, authorization server and scopes, then signs in and reports the account', async () => {
      const { signIn, opened } = tool(consents);
      const input = { server: 'repositories' };
      const registered = () => scene.world.authorizationServer.eventsOf('registration').length;
      const before = registered();
      const { confirmationMessages } = await signIn.prepareInvocation({ input }, alive);
      assert.equal(confirmationMessages?.title, 'Sign in to repositories?');
      const message = textOfMessage(confirmationMessages.message);
      assert.ok(message.includes(`Authorization server: ${host}.`), message);
      assert.match(message, /Scopes: repo:read/);
      assert.deepEqual(opened, []);
      assert.equal(extension.signIns.running(scene.server), undefined);
      assert.equal(registered(), before);

      const text = textOf(await signIn.invoke({ input }, alive));
      assert.equal(
        text,
        'Signed in to repositories as alice@example.org. Its tools can be called now. If none are listed here, tell the user to start the server with the command “MCP: List Servers”.',
      );
      assert.equal(opened.length, 1);
    });

    it('asks for more access in addition to what is held, and shows only the additions', async () => {
      await signInAs(extension, scene.server, alice);
      const { signIn } = tool(consents);
      const input = { server: 'repositories', scopes: ['repo:write'] };
      const { confirmationMessages } = await signIn.prepareInvocation({ input }, alive);
      assert.equal(confirmationMessages?.title, 'Grant repositories more access?');
      const message = textOfMessage(confirmationMessages.message);
      assert.match(message, /Scopes: repo:write\. Account: alice@example\.org\./);
      assert.match(textOf(await signIn.invoke({ input }, alive)), /^Signed in to repositories as alice/);
      const { held } = await extension.states.statusOf(scene.server);
      assert.ok(held.includes('repo:read') && held.includes('repo:write'), held.join());
    });

    it('asks no question if no sign-in is needed', async () => {
      await signInAs(extension, scene.server, alice);
      const { signIn, opened } = tool();
      const cases: [object, RegExp][] = [
        [{ server: 'repositories' }, /^Already signed in to repositories as alice@example\.org/],
        [{ server: 'repositories', scopes: ['repo:read'] }, /lready/],
        [{ server: 'nowhere' }, /has no server named “nowhere”/],
        [{}, /Specify which server/],
        [{ server: 'repositories', scopes: ['a"b'] }, /A scope cannot contain/],
      ];
      for (const [input, said] of cases) {
        assert.equal((await signIn.prepareInvocation({ input }, alive)).confirmationMessages, undefined);
        assert.match(textOf(await signIn.invoke({ input }, alive)), said);
      }
      assert.deepEqual(opened, []);
    });

    it('opens nothing that the user was not asked about', async () => {
      const { signIn, opened } = tool();
      await signIn.prepareInvocation({ input: { server: 'repositories' } }, alive);
      const other = { server: 'repositories', scopes: ['repo:admin'] };
      assert.match(textOf(await signIn.invoke({ input: other }, alive)), /^Nothing was done/);
      assert.deepEqual(opened, []);
    });

    it('keeps the questions of two concurrent calls apart', async () => {
      const { signIn, opened } = tool(consents);
      const [first, second] = [
        { server: 'repositories' },
        { server: 'repositories', scopes: ['repo:write'] },
      ];
      await signIn.prepareInvocation({ input: first }, alive);
      await signIn.prepareInvocation({ input: second }, alive);
      assert.match(textOf(await signIn.invoke({ input: first }, alive)), /^Signed in/);
      assert.equal(opened[0]?.request.scopes, undefined);
    });

    it('reports in a sentence that the user declined', async () => {
      const { signIn } = tool((attempt) => {
        attempt.decline('It was declined in the editor.');
        return Promise.resolve();
      });
      const input = { server: 'repositories' };
      await signIn.prepareInvocation({ input }, alive);
      assert.match(textOf(await signIn.invoke({ input }, alive)), /the user declined\..*Do not try again/);
    });

    it('is cancelled with the chat, but only stops waiting for a sign-in that another caller began', async () => {
      const input = { server: 'repositories' };
      const { signIn } = tool();
      const chat = new vscode.CancellationTokenSource();
      await signIn.prepareInvocation({ input }, chat.token);
      const ended = signIn.invoke({ input }, chat.token);
      chat.cancel();
      assert.match(textOf(await ended), /was cancelled/);
      assert.equal(extension.signIns.running(scene.server), undefined);

      const anothers = extension.signIns.begin(scene.server, { deadline: 20_000 });
      const next = new vscode.CancellationTokenSource();
      const joined = signIn.invoke({ input }, next.token);
      next.cancel();
      assert.match(textOf(await joined), /was cancelled/);
      assert.equal(anothers.hasEnded, false);
    });

    it("makes no link from a server's name", async () => {
      const { signIn } = tool();
      const { statuses } = extension;
      const [entry] = (await statuses.all()).filter(({ server }) => server.name === 'repositories');
      assert.ok(entry);
      const name = '$(verified) [run](command:x)';
      const renamed = { server: { ...entry.server, name }, status: { ...entry.status, server: name } };
      Object.assign(Reflect.get(signIn, 'parts') as object, {
        statuses: { all: () => Promise.resolve([renamed]) },
      });
      const { confirmationMessages } = await signIn.prepareInvocation({ input: { server: name } }, alive);
      assert.equal(confirmationMessages?.title, 'Sign in to $ (verified) [run] (command:x)?');
    });
  });
});

function textOf({ content }: vscode.LanguageModelToolResult): string {
  return content.map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : '')).join('');
}

/** The text after the editor has rendered it. */
function textOfMessage(message: string | vscode.MarkdownString): string {
  return (typeof message === 'string' ? message : message.value)
    .replace(/&nbsp;/g, ' ')
    .replace(/\\([\\`*_{}[\]()#+\-.!~>|])/g, '$1')
    .replace(/\s+/g, ' ');
}
