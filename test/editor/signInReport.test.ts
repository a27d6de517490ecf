import assert from 'node:assert/strict';
import type { OtherWay } from '../../src/editor/signIn/otherWays.js';
import { showSignInReport } from '../../src/editor/signIn/signInReport.js';

const server = { name: 'tools', url: 'https://mcp.example/mcp', headers: {}, oauth: {} };

describe('the report of a sign-in that timed out', () => {
  /** @returns the buttons, and the way of the sign-in that the last button begins */
  const report = async (way: 'openAgain' | 'code', offersCode: boolean) => {
    const told: string[] = [];
    const begun: OtherWay[] = [];
    const tell = (message: string, ...buttons: readonly string[]) => {
      told.push(message, ...buttons);
      return Promise.resolve(buttons.at(-1));
    };
    await showSignInReport(
      { server, offersCode: () => Promise.resolve(offersCode) },
      { kind: 'timedOut' },
      way,
      (next) => Promise.resolve(begun.push(next)),
      { information: tell, warning: tell, error: tell },
    );
    const [message = '', ...buttons] = told;
    assert.match(message, /^The sign-in to tools timed out/);
    return { buttons, begun };
  };

  it('offers every other way by name', async () => {
    const { buttons, begun } = await report('openAgain', true);
    assert.deepEqual(buttons, ['Paste Address', 'Use a Code', 'Open Again', 'Copy Link']);
    assert.deepEqual(begun, ['copyLink']);
  });

  it('offers no device code if the server issues none', async () => {
    const { buttons } = await report('openAgain', false);
    assert.deepEqual(buttons, ['Paste Address', 'Open Again', 'Copy Link']);
  });

  it('offers the browser after a device code', async () => {
    const { buttons, begun } = await report('code', true);
    assert.deepEqual(buttons, ['Use a Code', 'Open Again']);
    assert.deepEqual(begun, ['openAgain']);
  });
});
