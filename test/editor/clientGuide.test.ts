import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { ServerConfig } from '../../src/broker/settings/serverSettings.js';
import { ClientGuide } from '../../src/editor/clients/clientGuide.js';
import { clientGuidePage } from '../../src/editor/clients/clientGuidePage.js';
import { Notifications } from '../../src/editor/adapters/notifications.js';
import { systemClock } from '../../src/node/machine.js';
import { OAuthFlowError } from '../../src/oauth/oauthFlowError.js';
import { fromGuide, type ToGuide } from '../../src/webview/clientGuideProtocol.js';
import { MemoryLog } from '../broker/memoryStores.js';
import { redirectReaches } from '../broker/redirectReaches.js';
import { configure, next, type ActiveExtension } from './activeExtension.js';
import { startOpenServer } from '../demo/openServer.js';
import { DialogueAnswers } from './dialogueAnswers.js';
import { startEditorScene, type EditorScene } from './editorScene.js';

const handlerUri = 'vscode://mcp-oauth-broker.mcp-oauth-broker/callback';

describe('the page for a client registered by hand', () => {
  let scene: EditorScene;
  let extension: ActiveExtension;
  let server: ServerConfig;
  let told: ToGuide[];
  let copied: string[];
  let guide: ClientGuide;
  /** The outcome of a test's sign-in. */
  let ends: () => Promise<unknown>;
  before(async () => {
    scene = await startEditorScene();
    ({ extension, server } = scene);
  });
  beforeEach(() => {
    [told, copied] = [[], []];
    ends = () => assert.fail('no sign-in is begun');
    guide = open();
  });
  afterEach(async () => {
    guide.dispose();
    await configure(extension, scene.world.serverSettings());
  });
  after(() => scene.close());

  const open = (...answers: (string | undefined)[]) => {
    const { settings, answers: asked } = extension;
    const http = { fetch: (url: string, init: RequestInit) => fetch(url, init) };
    return new ClientGuide(
      server.name,
      {
        settings,
        clientSecrets: asked.clientSecrets,
        finding: { http, clock: systemClock, discovery: asked },
        redirects: {
          reach: () => Promise.resolve(redirectReaches.desktop),
          uriHandler: (path) =>
            Promise.resolve({ kind: 'uriHandler', uri: handlerUri, path, dispose: () => undefined }),
          loopback: () => assert.fail('nothing listens'),
        },
        personalSignIn: { signIn: () => ends() as never },
        notifications: new Notifications(new DialogueAnswers(...answers).window),
        log: new MemoryLog(),
        extensionUri: extension.context.extensionUri,
      },
      (message) => told.push(message),
      { writeText: (text) => Promise.resolve(void copied.push(text)) },
    );
  };
  const facts = () => {
    const last = told.filter((message) => message.kind === 'facts').at(-1);
    return last ?? assert.fail('nothing was shown');
  };
  const status = () =>
    told.filter((message) => message.kind === 'status').map(({ tone, text }) => `${tone}: ${text}`);
  const valuesOf = (label: string) =>
    facts()
      .rows.find((row) => row.label === label)
      ?.values.map(({ value }) => value);
  const clientId = () => extension.settings.find(server.name)?.oauth.clientId;
  const secrets = () => extension.answers.clientSecrets;

  it('shows what to register: the values of the next sign-in, as data and not as markup', async () => {
    await guide.receive({ kind: 'ready' });
    assert.deepEqual(valuesOf('Redirect URI'), [
      handlerUri,
      'http://127.0.0.1:47113/callback',
      'http://127.0.0.1/callback',
    ]);
    assert.deepEqual(valuesOf('Client type'), ['Public']);
    assert.deepEqual(valuesOf('Grant types'), ['authorization_code', 'refresh_token']);
    assert.deepEqual(valuesOf('Scopes'), ['repo:read offline_access openid email profile']);
    assert.equal(facts().needsSecret, false);
    assert.equal(facts().needsClient, true);
  });

  it('copies only what it has shown, whatever message the page sends', async () => {
    await guide.receive({ kind: 'ready' });
    const row = facts().rows.findIndex(({ label }) => label === 'Redirect URI');
    await guide.receive({ kind: 'copy', row, at: 0 });
    for (const other of [
      { row: 99, at: 0 },
      { row, at: -1 },
      { row: 'x', at: 0 },
      { row: 0, at: 0, value: 'x' },
    ])
      await guide.receive({ kind: 'copy', ...other });
    assert.deepEqual(copied, [handlerUri, 'MCP OAuth Broker for VS Code']);
    assert.equal(status()[0], `information: Copied: ${handlerUri}`);
  });

  it('writes the ID to the settings and the secret to SecretStorage, and can undo both', async () => {
    guide.dispose();
    guide = open('Undo');
    const undone = (async () => {
      while (clientId() !== 'by-hand') await next((heard) => extension.settings.onDidChange(heard));
      while (clientId() !== undefined) await next((heard) => extension.settings.onDidChange(heard));
    })();
    await guide.receive({ kind: 'save', clientId: ' by-hand ', secret: ' hush ' });
    assert.equal(status().at(-1), 'success: Saved. The next sign-in will use it.');
    assert.ok(!JSON.stringify(told).includes('hush'), 'the page is not told the secret');
    assert.ok(!JSON.stringify(extension.settings.entries).includes('hush'));
    await undone;
    while (await secrets().has(server, 'by-hand'))
      await next((heard) => extension.context.secrets.onDidChange(heard));
    assert.deepEqual(extension.settings.entries, scene.world.serverSettings());
  });

  it('tests the sign-in with the entered values, and reports the outcome', async () => {
    ends = () => {
      assert.equal(clientId(), 'by-hand');
      const error = new OAuthFlowError('authorizationRefused', 'It takes no such client.');
      return Promise.resolve({ kind: 'failed', error });
    };
    await guide.receive({ kind: 'test', clientId: 'by-hand', secret: 'hush' });
    assert.match(status().at(-1) ?? '', /^error: Not signed in to repositories\. It takes no such client\./);
    assert.equal((await secrets().get(server, 'by-hand', 'https://as.example'))?.expose(), 'hush');
    ends = () => Promise.resolve({ kind: 'cancelled' });
    await guide.receive({ kind: 'test', clientId: 'by-hand', secret: '' });
    assert.equal(status().at(-1), 'information: The sign-in was cancelled.');
    assert.ok(await secrets().has(server, 'by-hand'), 'an empty field leaves the secret');
    await secrets().remove(server, 'by-hand');
  });

  it('stores nothing without an ID, and ignores unknown messages', async () => {
    await guide.receive({ kind: 'save', clientId: '  ', secret: 'hush' });
    assert.deepEqual(status(), ['error: Enter the client ID first.']);
    for (const message of [
      undefined,
      null,
      'ready',
      { kind: 'run' },
      { kind: 'save', clientId: 1, secret: '' },
    ])
      assert.equal(fromGuide(message), undefined);
    assert.equal(fromGuide({ kind: 'save', clientId: 'x'.repeat(5_000), secret: '' }), undefined);
    assert.equal(clientId(), undefined);
  });

  it('can be used if the values to register cannot be determined', async () => {
    await configure(extension, { repositories: { type: 'http', url: 'http://127.0.0.1:1/mcp' } });
    await guide.receive({ kind: 'ready' });
    assert.match(facts().introduction, /^The values to register couldn’t be determined\. /);
    assert.deepEqual(facts().rows, []);
    await guide.receive({ kind: 'save', clientId: 'by-hand', secret: '' });
    assert.equal(clientId(), 'by-hand');
  });

  it('requires no client if the server needs no sign-in', async () => {
    const open = await startOpenServer();
    try {
      await configure(extension, { repositories: { type: 'http', url: open.url } });
      await guide.receive({ kind: 'ready' });
      assert.equal(facts().introduction, 'repositories doesn’t require a sign-in, so it needs no client.');
      assert.equal(facts().needsClient, false);
    } finally {
      await open.close();
    }
  });

  it('runs no script but its own, and shows a server’s name as text', () => {
    const page = clientGuidePage(
      { style: 'S', script: 'J', source: 'https://webview.example', nonce: 'n' },
      '<img src=x onerror="alert(1)">&',
    );
    assert.ok(!page.includes('<img'));
    assert.match(
      page,
      /content="default-src 'none'; style-src https:\/\/webview\.example; script-src 'nonce-n'"/,
    );
    assert.equal(page.match(/<script/g)?.length, 1);
    // Each field has a label, and a screen reader announces changes.
    for (const id of ['clientId', 'secret'])
      assert.ok(page.includes(`<label for="${id}">`) && page.includes(`id="${id}"`));
    assert.match(page, /<p id="status" role="status" aria-live="polite">/);
  });

  it('opens from the command, once for each server', async () => {
    const tabs = () =>
      vscode.window.tabGroups.all
        .flatMap(({ tabs: all }) => all)
        .filter(({ label }) => label === 'Client for repositories');
    await vscode.commands.executeCommand('mcpOAuthBroker.setClientId', 'repositories');
    await vscode.commands.executeCommand('mcpOAuthBroker.setClientId', 'repositories');
    while (tabs().length === 0) await next((heard) => vscode.window.tabGroups.onDidChangeTabs(heard));
    assert.equal(tabs().length, 1);
    await vscode.window.tabGroups.close(tabs());
  });
});
