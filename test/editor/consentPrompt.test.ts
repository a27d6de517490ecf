import assert from 'node:assert/strict';
import type { ConsentNeed } from '../../src/broker/fetch/authorizedFetch.js';
import type { ServerConfig } from '../../src/broker/settings/serverSettings.js';
import type { SignInAttempt } from '../../src/broker/signIn/signInAttempt.js';
import { NotificationConsentPrompt } from '../../src/editor/signIn/consentPrompt.js';
import { alice } from '../demo/people.js';
import type { World } from '../demo/world.js';
import { signInAs, type ActiveExtension } from './activeExtension.js';
import { startEditorScene, type EditorScene } from './editorScene.js';

const signIn: ConsentNeed = { kind: 'signIn', challenge: { scopes: ['repo:read'] } };
const stepUp: ConsentNeed = {
  kind: 'stepUp',
  challenge: { error: 'insufficient_scope' },
  scopes: ['repo:read', 'repo:write'],
  missing: ['repo:write'],
};
const what = 'the resource repo://HEAD';

describe('the notification that asks for consent', () => {
  let scene: EditorScene;
  let extension: ActiveExtension;
  let world: World;
  let server: ServerConfig;
  let attempt: SignInAttempt;

  before(async () => {
    scene = await startEditorScene();
    ({ extension, world, server } = scene);
  });
  beforeEach(() => {
    attempt = extension.signIns.begin(server, { deadline: 20_000 });
  });
  afterEach(() => scene.signOut());
  after(() => scene.close());

  /**
   * @param button the button that the user presses; undefined closes the notification, `never` leaves it
   *   open
   */
  function prompt(button: string | undefined) {
    const shown: string[] = [];
    const begun: SignInAttempt[] = [];
    const goThrough = (sent: SignInAttempt) => {
      begun.push(sent);
      return sent.outcome;
    };
    const show = (message: string, ...buttons: string[]) => {
      shown.push(message);
      if (button === 'never') return new Promise<undefined>(() => undefined);
      return Promise.resolve(buttons.find((label) => label === button));
    };
    const signIn = (again: ServerConfig) => {
      const anew = extension.signIns.begin(again, { deadline: 20_000 });
      return goThrough(anew);
    };
    const asks = new NotificationConsentPrompt(extension.credentials, () => ({ goThrough, signIn }), {
      information: show,
    });
    return { asks, shown, begun };
  }
  const alive = new AbortController().signal;

  it('names the server, the caller, the scopes and the destination, and continues the pending attempt', async () => {
    const { asks, shown, begun } = prompt('Sign In');
    assert.equal(await asks.ask(server, what, signIn, attempt, alive), true);
    assert.equal(
      shown[0],
      'repositories needs you to sign in for the resource repo://HEAD. Scopes: repo:read. ' +
        `Authorization server: ${new URL(world.authorizationServer.issuer).host}.`,
    );
    assert.deepEqual(begun, [attempt]);
  });

  it('names the authorization server if it is known, and the missing scopes', async () => {
    attempt.cancel();
    await attempt.outcome;
    await signInAs(extension, server, alice);
    const { asks, shown } = prompt('Grant Access');
    const more = extension.signIns.begin(server, { deadline: 20_000, scopes: stepUp.scopes });
    assert.equal(await asks.ask(server, what, stepUp, more, alive), true);
    const { host } = new URL(world.authorizationServer.issuer);
    assert.equal(
      shown[0],
      'repositories needs more access for the resource repo://HEAD. Scopes: repo:write. ' +
        `Account: ${alice.email}. Authorization server: ${host}.`,
    );
  });

  it('names the destination if it is another authorization server than before', async () => {
    attempt.cancel();
    await attempt.outcome;
    await signInAs(extension, server, alice);
    const stored = (await extension.credentials.get(server.url)) ?? assert.fail();
    await extension.credentials.put({ ...stored, as: { ...stored.as, issuer: 'https://former.example' } });
    const { asks, shown } = prompt('Sign In');
    const more = extension.signIns.begin(server, { deadline: 20_000, scopes: stepUp.scopes });
    // More access at another issuer is a new sign-in there, and the button says so.
    assert.equal(await asks.ask(server, what, stepUp, more, alive), true);
    await extension.credentials.put(stored);
    assert.match(
      shown[0] ?? '',
      /needs you to sign in.*The previous authorization server was former\.example\./,
    );
  });

  it('opens no browser if the user declines or closes it', async () => {
    for (const [button, answer] of [
      ['Not Now', false],
      [undefined, undefined],
    ] as const) {
      const { asks, begun } = prompt(button);
      assert.equal(await asks.ask(server, what, signIn, attempt, alive), answer);
      assert.deepEqual(begun, []);
    }
  });

  it('stops waiting when the request ends', async () => {
    const gone = new AbortController();
    const { asks, begun } = prompt('never');
    const answer = asks.ask(server, what, signIn, attempt, gone.signal);
    gone.abort();
    assert.equal(await answer, undefined);
    assert.deepEqual(begun, []);
  });

  it('signs in on a late click: with the pending attempt if it still runs, or with a new one', async () => {
    const { asks, begun } = prompt('Sign In');
    await asks.ask(server, what, signIn, attempt, AbortSignal.abort());
    await attempt.discover();
    assert.deepEqual(begun, [attempt]);
    attempt.cancel();
    await asks.ask(server, what, signIn, attempt, AbortSignal.abort());
    await attempt.outcome;
    await Promise.resolve();
    assert.equal(begun.length, 2);
    assert.notEqual(begun[1], attempt);
  });
});
