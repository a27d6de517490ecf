import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { ServerConfig } from '../../src/broker/settings/serverSettings.js';
import {
  createClientMetadataDocument,
  setClientSecret,
  type ClientCommandParts,
} from '../../src/editor/clients/clientCommands.js';
import { ScopeChoice } from '../../src/editor/signIn/scopeChoice.js';
import { EditorSignInQuestions } from '../../src/editor/signIn/signInQuestions.js';
import { signInReport } from '../../src/editor/signIn/signInReport.js';
import { systemClock } from '../../src/node/machine.js';
import { OAuthFlowError, type OAuthFlowErrorCode } from '../../src/oauth/oauthFlowError.js';
import { alice } from '../demo/people.js';
import { configure, extensionId, next, serverNamed, signInAs } from './activeExtension.js';
import { DialogueAnswers } from './dialogueAnswers.js';
import { startEditorScene, type EditorScene } from './editorScene.js';

const issuer = 'https://as.example';
const never = new AbortController().signal;

describe("the client's identity and the user's decisions", () => {
  let scene: EditorScene;
  let server: ServerConfig;

  beforeEach(async () => {
    scene = await startEditorScene();
    ({ server } = scene);
  });
  afterEach(() => scene.close());

  const secrets = () => scene.extension.answers.clientSecrets;
  const questions = (dialogue: DialogueAnswers) => new EditorSignInQuestions(dialogue.window);
  const parts = (dialogue: DialogueAnswers): ClientCommandParts => ({
    choice: { choose: () => Promise.resolve(serverNamed(scene.extension, 'repositories')) },
    settings: scene.extension.settings,
    clientSecrets: secrets(),
    extensionId,
    guides: { show: () => assert.fail('not asked for') },
    window: dialogue.window,
  });
  const configuredId = () => serverNamed(scene.extension, 'repositories').oauth.clientId;

  it('open the page that guides through registering a client, without blocking the sign-in', async () => {
    const opened: string[] = [];
    const asked = new EditorSignInQuestions(new DialogueAnswers().window, ({ name }) => {
      opened.push(name);
      return new Promise(() => undefined);
    });
    assert.equal(await asked.clientId(server), undefined);
    assert.deepEqual(opened, ['repositories']);
  });

  it('accept a broken rule only after approval, and explain it', async () => {
    const fault = new OAuthFlowError('pkceNotAdvertised', 'as.example does not announce PKCE.');
    const yes = new DialogueAnswers('Accept for This Server');
    assert.equal(await questions(yes).acceptException(server, 'pkceNotAdvertised', fault), true);
    assert.match(yes.shown.join(), /as\.example does not announce PKCE\. If it doesn’t check PKCE/);
    const no = new DialogueAnswers(undefined);
    assert.equal(await questions(no).acceptException(server, 'pkceNotAdvertised', fault), false);
  });

  it('let the user choose one of several authorization servers, or none', async () => {
    const issuers = ['https://one.example/a', 'https://two.example'];
    const dialogue = new DialogueAnswers('two.example');
    assert.equal(await questions(dialogue).authorizationServer(server, issuers, never), issuers[1]);
    assert.ok(dialogue.shown.some((line) => line.includes('one.example | https://one.example/a')));
    const closed = questions(new DialogueAnswers(undefined));
    assert.equal(await closed.authorizationServer(server, issuers, never), undefined);
  });

  it('store, replace and remove a client secret, in SecretStorage only', async () => {
    const saved = next((told) => scene.extension.settings.onDidChange(told));
    await setClientSecret(parts(new DialogueAnswers('by-hand', 'first')), undefined);
    await saved;
    assert.equal(configuredId(), 'by-hand');
    await setClientSecret(parts(new DialogueAnswers('Replace', 'second')), undefined);
    assert.equal((await secrets().get(server, 'by-hand', issuer))?.expose(), 'second');
    const stored = await scene.extension.context.secrets.get(`clientSecret ${server.url} by-hand`);
    assert.ok(stored?.includes('second'));
    const dialogue = new DialogueAnswers('Remove');
    await setClientSecret(parts(dialogue), undefined);
    assert.equal(await secrets().has(server, 'by-hand'), false);
    assert.ok(!dialogue.shown.join().includes('second'));
  });

  it('write the document to host, and use its address if the user says so', async () => {
    const url = 'https://example.com/mcp-client.json';
    const configuration = () => vscode.workspace.getConfiguration('mcpOAuthBroker');
    await createClientMetadataDocument(parts(new DialogueAnswers(url, 'Use This Address')));
    const shown = vscode.window.activeTextEditor?.document;
    assert.ok(shown);
    assert.equal(shown.languageId, 'json');
    const document = JSON.parse(shown.getText()) as Record<string, unknown>;
    assert.equal(document['client_id'], url);
    assert.equal(document['token_endpoint_auth_method'], 'none');
    const redirects = document['redirect_uris'] as string[];
    assert.ok(redirects.includes(`vscode://${extensionId}/callback`));
    assert.ok(redirects.includes('http://127.0.0.1/callback'));
    assert.ok(redirects.some((uri) => /^http:\/\/127\.0\.0\.1:\d+\/callback$/.test(uri)));
    assert.equal(scene.extension.answers.clientMetadataUrl, url);
    await configuration().update('clientMetadataUrl', undefined, vscode.ConfigurationTarget.Global);
    assert.equal(scene.extension.answers.clientMetadataUrl, undefined);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });

  it('accept only an https address for the document', async () => {
    const dialogue = new DialogueAnswers('http://example.com/client.json');
    await createClientMetadataDocument(parts(dialogue));
    assert.deepEqual(dialogue.shown, ['The address of a client metadata document must start with https://.']);
  });

  it('list the known scopes, with those of a default sign-in selected, and accept others', async () => {
    const { credentials } = scene.extension;
    const dialogue = new DialogueAnswers('repo:read,Other', 'repo:write extra');
    const http = { fetch: (url: string, init: RequestInit) => fetch(url, init) };
    const choice = new ScopeChoice(
      credentials,
      { http, clock: systemClock, discovery: scene.extension.answers },
      dialogue.window,
    );
    assert.deepEqual(await choice.choose(server), ['repo:read', 'repo:write', 'extra']);
    assert.ok(dialogue.shown.includes('repo:read |  |  | picked'));
    assert.ok(dialogue.shown.includes('repo:write |  | '), dialogue.shown.join('\n'));
  });

  it('offer a fix for a failed sign-in: a secret, a key, the settings, a diagnosis or a retry', () => {
    const reported = (code: OAuthFlowErrorCode, field = 'oauth.clientId') => {
      const error = new OAuthFlowError(code, 'It failed.', { field, fix: 'Mend it.' });
      const report = signInReport(server, { kind: 'failed', error });
      assert.equal(report?.message, `Not signed in to ${server.name}. It failed. Mend it.`);
      return [report.next, report.isDiagnosable];
    };
    assert.deepEqual(reported('clientSecretRequired'), ['setClientSecret', undefined]);
    assert.deepEqual(reported('clientIdRequired'), ['setClientId', undefined]);
    assert.deepEqual(reported('registrationRefused'), ['setClientId', true]);
    assert.deepEqual(reported('clientIdRequired', 'clientKey'), ['setClientKey', undefined]);
    assert.deepEqual(reported('invalidMetadata'), ['tryAgain', true]);
    assert.deepEqual(reported('unreachable'), ['tryAgain', undefined]);
  });

  it('read metadata again after a setting has changed', async () => {
    const { metadata } = scene.extension.answers;
    let read = 0;
    const load = () => Promise.resolve({ issuer, read: ++read });
    await metadata.authorizationServer(server, issuer, load);
    await metadata.authorizationServer(server, issuer, load);
    assert.equal(read, 1);
    const changed = next((told) => scene.extension.settings.onDidChange(told));
    await configure(scene.extension, {
      ...scene.world.serverSettings(),
      other: { type: 'http', url: 'https://other.example/mcp' },
    });
    await changed;
    await metadata.authorizationServer(server, issuer, load);
    assert.equal(read, 2);
  });

  it('report requested scopes that were not granted', async () => {
    const outcome = await signInAs(scene.extension, server, alice);
    assert.ok(outcome.kind === 'signedIn');
    assert.deepEqual(outcome.notGranted, []);
    const report = signInReport(server, { ...outcome, notGranted: ['repo:write'] });
    assert.equal(report?.severity, 'warning');
    assert.match(report.message, /Requested but not granted: repo:write\./);
  });
});
