import assert from 'node:assert/strict';
import type * as vscode from 'vscode';
import { PendingCallbacks } from '../../src/broker/callbacks/pendingCallbacks.js';
import { CallbackPaste } from '../../src/editor/signIn/callbackPaste.js';
import { Notifications } from '../../src/editor/adapters/notifications.js';

const good = 'http://127.0.0.1:4711/callback?code=c&state=waits';

/** The editor functions that pasting needs. */
class PastingUser {
  readonly told: string[] = [];
  options: vscode.InputBoxOptions | undefined;
  token: vscode.CancellationToken | undefined;
  /** Returns the text entered in the box. By default, the box is closed. */
  type: () => Promise<string | undefined> = () => Promise.resolve(undefined);

  readonly notices = new Notifications({
    showInputBox: ((options: vscode.InputBoxOptions, token: vscode.CancellationToken) => {
      this.options = options;
      this.token = token;
      return this.type();
    }) as typeof vscode.window.showInputBox,
    showInformationMessage: this.#tell,
    showWarningMessage: this.#tell,
  });

  get #tell() {
    return (message: string) => {
      this.told.push(message);
      return Promise.resolve(undefined);
    };
  }

  async problemWith(text: string): Promise<unknown> {
    return this.options?.validateInput?.(text);
  }
}

describe('pasting a callback address', () => {
  let callbacks: PendingCallbacks;
  let user: PastingUser;
  let paste: CallbackPaste;
  let got: string[];
  beforeEach(() => {
    callbacks = new PendingCallbacks();
    got = [];
    callbacks.expect('waits', (parameters) => void got.push(parameters.toString()));
    user = new PastingUser();
    paste = new CallbackPaste(callbacks, user.notices);
  });

  it('completes the sign-in that waits for it, with any surrounding whitespace', async () => {
    user.type = () => Promise.resolve(`  ${good}\n`);
    await paste.ask();
    assert.deepEqual(got, ['code=c&state=waits']);
    assert.deepEqual(user.told, []);
  });

  it('also accepts an error response', async () => {
    user.type = () => Promise.resolve('vscode://publisher.name/callback?error=access_denied&state=waits');
    await paste.ask();
    assert.deepEqual(got, ['error=access_denied&state=waits']);
  });

  it('hides the text, and stays open while the user goes to the browser', async () => {
    await paste.ask();
    assert.deepEqual([user.options?.password, user.options?.ignoreFocusOut], [true, true]);
    assert.equal(user.options?.value, undefined);
  });

  const problems: Readonly<Record<string, RegExp>> = {
    '': /isn’t a web address/,
    SplxlOBeZQQYbYS6WxSbIA: /isn’t a web address/,
    'http://127.0.0.1:4711/callback?code=c': /has no “state” parameter/,
    'https://as.example/authorize?client_id=a&state=waits': /isn’t finished yet/,
    'http://127.0.0.1:4711/callback?code=c&state=other':
      /doesn’t belong to a sign-in that is waiting in this window/,
  };
  for (const [text, problem] of Object.entries(problems)) {
    it(`reports a fault while the user types: ${problem.source}`, async () => {
      await paste.ask();
      const said = String(await user.problemWith(text));
      assert.match(said, problem);
      if (text !== '') assert.ok(!said.includes(text), 'what is pasted may hold a code');
    });
  }

  it('reports no fault for the expected address, and submits nothing before Enter', async () => {
    await paste.ask();
    assert.equal(await user.problemWith(good), undefined);
    assert.deepEqual(got, []);
    assert.deepEqual(callbacks.states, ['waits']);
  });

  it('is not offered if no sign-in waits for a browser', async () => {
    callbacks = new PendingCallbacks();
    await new CallbackPaste(callbacks, user.notices).ask();
    assert.equal(user.options, undefined);
    assert.deepEqual(user.told, ['No sign-in in this window is waiting for your browser.']);
  });

  it('closes when its sign-in ends another way', async () => {
    const ended = Promise.withResolvers<void>();
    const closed = Promise.withResolvers<string | undefined>();
    user.type = () => {
      user.token?.onCancellationRequested(() => closed.resolve(undefined));
      return closed.promise;
    };
    const asking = paste.ask(ended.promise);
    ended.resolve();
    await asking;
    assert.deepEqual(user.told, []);
  });

  it('reports that it was too late', async () => {
    const waiting = callbacks.expect('late', () => assert.fail('it was delivered'));
    user.type = () => {
      waiting.dispose();
      return Promise.resolve('http://127.0.0.1:4711/callback?code=c&state=late');
    };
    await paste.ask();
    assert.match(user.told.join(), /^The sign-in ended before the address was pasted/);
  });
});
