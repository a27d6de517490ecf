import assert from 'node:assert/strict';
import path from 'node:path';
import type { HandlerFault } from '../../src/broker/ports.js';
import { handlerFault, type InstallationMachine } from '../../src/node/clients/editorInstallation.js';

const usr = '/usr/share/applications';
const registered = 'x-scheme-handler/vscode=code-url-handler.desktop;';
const other = '[MIME Cache]\nx-scheme-handler/https=firefox.desktop;';

interface Machine {
  readonly platform?: NodeJS.Platform;
  readonly env?: NodeJS.ProcessEnv;
  readonly files?: Readonly<Record<string, string>>;
}

function machineOf({ platform = 'linux', env = {}, files = {} }: Machine): InstallationMachine {
  return { platform, env, home: '/home/alice', readText: (file) => Promise.resolve(files[file]) };
}

const onLinux = '/home/alice/.config/Code/User/globalStorage/publisher.broker';
const onWindows = 'c:\\Users\\alice\\AppData\\Roaming\\Code\\User\\globalStorage\\publisher.broker';
const windows = {
  platform: 'win32',
  env: { APPDATA: 'C:\\Users\\alice\\AppData\\Roaming', USERPROFILE: 'C:\\Users\\alice' },
} as const;
const cache = { [`${usr}/mimeinfo.cache`]: `[MIME Cache]\n${registered}` };

describe('the installation of an editor', () => {
  const cases: readonly [
    what: string,
    fault: HandlerFault | undefined,
    storage: string | undefined,
    machine: Machine,
    isPortable?: boolean,
  ][] = [
    ['a package on Linux', undefined, onLinux, { files: cache }],
    [
      'a profile of it',
      undefined,
      onLinux.replace('globalStorage', 'profiles/-1a2b/globalStorage'),
      { files: cache },
    ],
    [
      'an archive on Linux without a desktop entry',
      'notRegistered',
      onLinux,
      { files: { [`${usr}/mimeinfo.cache`]: other } },
    ],
    [
      'an archive whose address the user has registered',
      undefined,
      onLinux,
      {
        files: {
          [`${usr}/mimeinfo.cache`]: other,
          '/home/alice/.config/mimeapps.list': `[Default Applications]\n${registered}`,
        },
      },
    ],
    [
      'an entry that names no application',
      'notRegistered',
      onLinux,
      {
        files: {
          [`${usr}/mimeinfo.cache`]: other,
          '/home/alice/.config/mimeapps.list': 'x-scheme-handler/vscode=',
        },
      },
    ],
    [
      'an entry for another editor’s scheme',
      'notRegistered',
      onLinux,
      { files: { [`${usr}/mimeinfo.cache`]: registered.replace('vscode', 'vscode-insiders') } },
    ],
    [
      'an entry in a data directory of the desktop',
      undefined,
      onLinux,
      {
        env: { XDG_DATA_DIRS: '/opt/share:/usr/share' },
        files: { '/opt/share/applications/mimeinfo.cache': registered },
      },
    ],
    ['a system without any index', undefined, onLinux, {}],
    [
      'a snap, whose environment is its own',
      undefined,
      '/elsewhere/User/globalStorage/x',
      { env: { SNAP: '/snap/code/1' } },
    ],
    [
      'a second one on Linux with user data of its own',
      'ownUserData',
      '/tmp/data/User/globalStorage/x',
      { files: cache },
    ],
    [
      'one whose configuration directory is set',
      undefined,
      '/srv/alice/Code/User/globalStorage/x',
      { env: { XDG_CONFIG_HOME: '/srv/alice/' }, files: cache },
    ],
    ['an installation on Windows', undefined, onWindows, windows],
    [
      'a second one on Windows with user data of its own',
      'ownUserData',
      'd:\\data\\User\\globalStorage\\x',
      windows,
    ],
    [
      'a second one on macOS, which gets its addresses while it runs',
      undefined,
      '/tmp/data/User/globalStorage/x',
      { platform: 'darwin' },
    ],
    ['one that says it is portable', 'portable', onWindows, windows, true],
    [
      'an older one that is portable',
      'portable',
      onWindows,
      { ...windows, env: { ...windows.env, VSCODE_PORTABLE: 'd:\\code\\data' } },
    ],
    ['a portable one whose extension runs on a remote machine', 'portable', undefined, {}, true],
    [
      'one whose extension runs on a remote machine, which says nothing of it',
      undefined,
      undefined,
      { env: { VSCODE_PORTABLE: '/x' } },
    ],
    ['one whose storage has another form', undefined, '/data/publisher.broker', { files: cache }],
  ];
  for (const [what, fault, storage, machine, isPortable] of cases) {
    it(`${fault ?? 'nothing'} speaks against the editor’s own address: ${what}`, async () => {
      const editor = { isPortable, uriScheme: 'vscode', ...(storage !== undefined && { storage }) };
      assert.equal(await handlerFault(editor, machineOf(machine)), fault);
    });
  }

  it('is looked up on the machine that the extension runs on', async () => {
    const storage = path.join('data', 'publisher.broker');
    assert.equal(await handlerFault({ isPortable: undefined, uriScheme: 'vscode', storage }), undefined);
  });
});
