import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { OutsideAddresses, type OutsideEditor } from '../../src/editor/adapters/outsideAddress.js';
import { ManualClock } from '../broker/manualClock.js';

const page = 'http://127.0.0.1:41234/sign-in/abc_DEF-1';

/** What editors do with a loopback address, by the place where the extension runs. */
const editors = {
  /**
   * Runs on the user's machine, also in a remote window, in which the editor would forward the remote
   * machine's port.
   */
  user: { isDesktop: true, isUsersMachine: true },
  remote: { isDesktop: true, isUsersMachine: false },
  web: { isDesktop: false, isUsersMachine: false },
} as const;

describe('the address of a launch page', () => {
  let clock: ManualClock;
  beforeEach(() => {
    clock = new ManualClock();
  });

  const outside = (
    place: keyof typeof editors,
    asExternalUri: OutsideEditor['asExternalUri'],
    remoteName?: string,
  ) => new OutsideAddresses(clock, { place: editors[place], remoteName, asExternalUri }).of(page);
  const to = (address: string) => () => Promise.resolve(vscode.Uri.parse(address, true));
  const unchanged = (uri: vscode.Uri) => Promise.resolve(uri);

  it('is loopback if the extension runs on the user’s machine, without a request to the editor', async () => {
    const asked = () => assert.fail('the editor would forward the port of another machine');
    assert.deepEqual(await outside('user', asked, 'ssh-remote'), { address: page });
    assert.deepEqual(await outside('user', asked), { address: page });
  });

  const forwarded: readonly (readonly [keyof typeof editors, string])[] = [
    ['remote', 'http://127.0.0.1:50001/sign-in/abc_DEF-1'],
    ['remote', 'http://localhost:41234/sign-in/abc_DEF-1'],
    ['remote', 'https://abc-41234.euw.devtunnels.ms/sign-in/abc_DEF-1'],
    ['web', 'https://editor.example/proxy/41234/sign-in/abc_DEF-1'],
    ['web', 'https://name-41234.app.github.dev/sign-in/abc_DEF-1'],
  ];
  for (const [place, address] of forwarded) {
    it(`is the editor’s if it forwards the port: ${new URL(address).host}`, async () => {
      assert.deepEqual(await outside(place, to(address), 'tunnel'), { address });
    });
  }

  it('keeps its path if the editor resolves only to the tunnel', async () => {
    const { address } = await outside('remote', to('https://abc-41234.euw.devtunnels.ms/'), 'tunnel');
    assert.equal(address, 'https://abc-41234.euw.devtunnels.ms/sign-in/abc_DEF-1');
  });

  /** Each kind of remote, with its name in the user's text. */
  const remotes: Readonly<Record<string, RegExp>> = {
    'ssh-remote': /port 41234 of the SSH host/,
    wsl: /port 41234 of WSL/,
    'dev-container': /port 41234 of the container/,
    'attached-container': /port 41234 of the container/,
    codespaces: /port 41234 of the codespace/,
    tunnel: /port 41234 of the tunnel’s machine/,
    'something-else': /port 41234 of the remote machine/,
  };
  for (const [remoteName, said] of Object.entries(remotes)) {
    it(`has a reason if the editor of a remote window forwards nothing: ${remoteName}`, async () => {
      const { address, obstacle } = await outside('remote', unchanged, remoteName);
      assert.equal(address, page);
      assert.match(obstacle ?? '', said);
      assert.match(obstacle ?? '', /Check the Ports view\.$/);
    });
  }

  it('has a reason in a web editor without port addresses', async () => {
    const { address, obstacle } = await outside('web', unchanged);
    assert.equal(address, page);
    assert.match(obstacle ?? '', /^This web editor doesn’t forward port 41234/);
  });

  it('is loopback, with the reason, if the editor fails', async () => {
    const failing = () => Promise.reject(new Error('no tunnel'));
    const { address, obstacle } = await outside('remote', failing, 'ssh-remote');
    assert.deepEqual([address, obstacle === undefined], [page, false]);
  });

  it('is loopback, with the reason, if the editor does not respond within two seconds', async () => {
    const asleep = () => new Promise<vscode.Uri>(() => undefined);
    const found = outside('remote', asleep, 'ssh-remote');
    clock.advance(1_999);
    assert.equal(await Promise.race([found, Promise.resolve('waits')]), 'waits');
    clock.advance(1);
    const { address, obstacle } = await found;
    assert.deepEqual([address, obstacle === undefined], [page, false]);
  });
});
