import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { ServerConfig } from '../../src/broker/settings/serverSettings.js';
import { BrowserLauncher } from '../../src/editor/browserLauncher.js';
import { ManualClock } from '../broker/manualClock.js';
import { alice } from '../demo/people.js';
import { signInAsPerson } from '../demo/person.js';
import type { World } from '../demo/world.js';
import { callbackUriOf, next, type ActiveExtension } from './activeExtension.js';
import { startEditorScene, type EditorScene } from './editorScene.js';

describe('the browser', () => {
  let scene: EditorScene;
  let extension: ActiveExtension;
  let world: World;
  let server: ServerConfig;

  before(async () => {
    scene = await startEditorScene();
    ({ extension, world, server } = scene);
  });
  afterEach(() => scene.signOut());
  after(() => scene.close());

  it('is sent to the launch page at once, and the sign-in ends with what came back', async () => {
    const opened: string[] = [];
    const openExternal = async (address: vscode.Uri) => {
      opened.push(address.toString(true));
      assert.deepEqual(world.authorizationServer.requests, [], 'nothing is asked before the browser comes');
      const redirect = await signInAsPerson(address.toString(true), { ...alice, consent: 'allow' });
      extension.callbackUri.handleUri(callbackUriOf(redirect.search.slice(1)));
      return true;
    };
    const attempt = extension.signIns.begin(server, { deadline: 20_000 });
    const outcome = await new BrowserLauncher(new ManualClock(), openExternal).signIn(attempt);
    assert.equal(outcome.kind, 'signedIn');
    assert.equal(opened.length, 1);
    assert.match(
      opened[0] ?? '',
      /^http:\/\/127\.0\.0\.1:\d+\/[\w/-]+$/,
      'no query that an editor could corrupt',
    );
  });

  it('gets an address that works once', async () => {
    const attempt = extension.signIns.begin(server, { deadline: 20_000 });
    const { address } = await attempt.launchPage();
    const visit = async () => {
      const { status } = await fetch(address, { redirect: 'manual' });
      return status;
    };
    assert.equal(await visit(), 302);
    assert.equal(await visit(), 404);
    attempt.cancel();
  });

  it('that has not come in three seconds can be sent again, or be given the link', async () => {
    const clock = new ManualClock();
    const opened: string[] = [];
    const asked: string[] = [];
    const twice = Promise.withResolvers<undefined>();
    const openExternal = (address: vscode.Uri) => {
      if (opened.push(address.toString(true)) === 2) twice.resolve(undefined);
      else queueMicrotask(() => clock.advance(3_000));
      return Promise.resolve(true);
    };
    const ask = (name: string) => {
      asked.push(name);
      return Promise.resolve('open' as const);
    };
    const attempt = extension.signIns.begin(server, { deadline: 20_000 });
    const outcome = new BrowserLauncher(clock, openExternal, ask).signIn(attempt);
    await twice.promise;
    assert.deepEqual(asked, ['repositories']);
    assert.equal(opened[0], opened[1]);
    attempt.cancel();
    await outcome;
  });

  it('is given a link that works where the browser is', async () => {
    const clock = new ManualClock();
    const copied = Promise.withResolvers<string>();
    const openExternal = () => {
      queueMicrotask(() => clock.advance(3_000));
      return Promise.resolve(true);
    };
    const ask = () => Promise.resolve('copyLink' as const);
    const clipboard = {
      writeText: (text: string) => {
        copied.resolve(text);
        return Promise.resolve();
      },
    };
    const attempt = extension.signIns.begin(server, { deadline: 20_000 });
    const outcome = new BrowserLauncher(clock, openExternal, ask, clipboard).signIn(attempt);
    const link = await copied.promise;
    const { origin } = await vscode.env
      .asExternalUri(vscode.Uri.parse('http://127.0.0.1:1/', true))
      .then((uri) => new URL(uri.toString(true)));
    // A web editor serves the page below its own address; a desktop leaves it on loopback.
    if (vscode.env.uiKind === vscode.UIKind.Web) assert.equal(new URL(link).origin, origin);
    const visit = await fetch(link, { redirect: 'manual' });
    assert.equal(new URL(visit.headers.get('location') ?? '').origin, world.authorizationServer.issuer);
    attempt.cancel();
    await outcome;
  });

  it('that has come is not sent again', async () => {
    const clock = new ManualClock();
    const asked: string[] = [];
    const ask = (name: string) => {
      asked.push(name);
      return Promise.resolve(undefined);
    };
    const openExternal = async (address: vscode.Uri) => {
      await fetch(address.toString(true), { redirect: 'manual' });
      clock.advance(3_000);
      return true;
    };
    const attempt = extension.signIns.begin(server, { deadline: 20_000 });
    const outcome = new BrowserLauncher(clock, openExternal, ask).signIn(attempt);
    await next((told) =>
      attempt.onDidChangePhase((phase) => {
        if (phase === 'waitingForConsent') told(undefined);
      }),
    );
    attempt.cancel();
    await outcome;
    assert.deepEqual(asked, []);
  });

  it('that the editor cannot open leaves the sign-in waiting for another way', async () => {
    const attempt = extension.signIns.begin(server, { deadline: 20_000 });
    const openExternal = () => Promise.reject(new Error('no browser'));
    const outcome = new BrowserLauncher(new ManualClock(), openExternal).signIn(attempt);
    assert.equal(attempt.phase, 'waitingForBrowser');
    attempt.cancel();
    assert.equal((await outcome).kind, 'cancelled');
  });
});
