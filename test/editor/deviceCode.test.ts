import assert from 'node:assert/strict';
import type * as vscode from 'vscode';
import type { SignInAttempt } from '../../src/broker/signIn/signInAttempt.js';
import { useCode, type CodeWindow } from '../../src/editor/signIn/deviceCode.js';
import type { DeviceAuthorization } from '../../src/oauth/deviceAuthorization.js';

const page = 'https://as.example/device?tenant=a%2Bb';
const complete = 'https://as.example/device?tenant=a%2Bb&user_code=WDJB-MJHT';
const launch = 'http://127.0.0.1:41234/sign-in/abc';

describe('a device code', () => {
  /** Shows a code to a user who chooses these buttons in order and then closes the notification. */
  const show = async (...choices: readonly string[]) => {
    const shown: string[] = [];
    const copied: string[] = [];
    const opened: string[] = [];
    const ledTo: string[] = [];
    const left = [...choices];
    const closed = Promise.withResolvers<undefined>();
    const window: CodeWindow = {
      notices: {
        information: (message) => {
          shown.push(message);
          const choice = left.shift();
          if (choice === undefined) closed.resolve(undefined);
          return Promise.resolve(choice);
        },
      },
      openExternal: (address: vscode.Uri) => Promise.resolve(opened.push(address.toString(true)) > 0),
      clipboard: { writeText: (text) => Promise.resolve(void copied.push(text)) },
    };
    const device = {
      userCode: 'WDJB-MJHT',
      verificationUri: new URL(page),
      verificationUriComplete: new URL(complete),
    } as DeviceAuthorization;
    const attempt = {
      server: { name: 'tools' },
      hasEnded: false,
      useCode: (tell: (device: DeviceAuthorization) => void) => {
        tell(device);
        return Promise.resolve();
      },
      pageTo: (to: URL) => {
        ledTo.push(to.href);
        return Promise.resolve({ address: launch, visited: Promise.resolve(), dispose: () => undefined });
      },
    } as unknown as SignInAttempt;
    await useCode(attempt, (message) => shown.push(message), window);
    await closed.promise;
    return { shown, copied, opened, ledTo };
  };

  it('is shown with the page’s full address, as the server sent it', async () => {
    const { shown, opened } = await show();
    assert.ok(shown.includes(`enter WDJB-MJHT at ${page}`), shown.join('\n'));
    assert.ok(shown.some((message) => message.includes(`the code WDJB-MJHT at ${page},`)));
    assert.deepEqual(opened, [], 'nothing is opened before the user chooses to');
  });

  it("is opened through the broker's own page, because the editor alters a query", async () => {
    const { copied, opened, ledTo } = await show('Copy Code and Open');
    assert.deepEqual([copied, opened, ledTo], [['WDJB-MJHT'], [launch], [complete]]);
  });

  it('and its page’s address are copied, one after the other', async () => {
    const { copied, opened } = await show('Copy Address', 'Copy Code');
    assert.deepEqual([copied, opened], [[page, 'WDJB-MJHT'], []]);
  });
});
