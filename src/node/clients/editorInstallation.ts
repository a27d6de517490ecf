import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import type { HandlerFault } from '../../broker/ports.js';

/** The facts that decide whether the operating system opens a desktop editor's URIs with this editor. */
export interface EditorInstallation {
  /** Whether the editor is portable; undefined in older editors, which do not report it. */
  readonly isPortable: boolean | undefined;
  /** The scheme of the editor's URIs, such as `vscode`. */
  readonly uriScheme: string;
  /** The extension's directory below the user data; absent if the extension runs on another machine. */
  readonly storage?: string | undefined;
}

/** The required facts about the machine. */
export interface InstallationMachine {
  readonly platform: NodeJS.Platform;
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
  /** Resolves to undefined if the file cannot be read. */
  readonly readText: (file: string) => Promise<string | undefined>;
}

const thisMachine: InstallationMachine = {
  platform: process.platform,
  env: process.env,
  home: homedir(),
  readText: (file) => readFile(file, 'utf8').catch(() => undefined),
};

/**
 * Returns why the system opens a URI such as `vscode://publisher.name/callback` with another editor or with
 * none; undefined if no reason was found. Facts that cannot be determined are ignored.
 *
 * On macOS, the system passes a URI to a running editor whatever its user data is. Therefore only Windows and
 * Linux are checked, where the system runs the editor's command without arguments. VS Code registers itself
 * at startup on Windows, and with a desktop entry of its package on Linux
 * (`src/vs/platform/url/electron-main/electronUrlListener.ts`).
 */
export async function handlerFault(
  editor: EditorInstallation,
  machine = thisMachine,
): Promise<HandlerFault | undefined> {
  const { storage } = editor;
  // `src/bootstrap-node.ts` sets this variable for a portable editor and removes it for any other.
  const isPortable = storage !== undefined && machine.env['VSCODE_PORTABLE'] !== undefined;
  if (editor.isPortable === true || isPortable) return 'portable';
  if (storage === undefined || (machine.platform !== 'win32' && machine.platform !== 'linux'))
    return undefined;
  // The environment of these packages differs from the browser's.
  if (machine.env['SNAP'] !== undefined || machine.env['FLATPAK_ID'] !== undefined) return undefined;
  if (hasOwnUserData(storage, machine)) return 'ownUserData';
  if (machine.platform === 'linux' && (await isSchemeUnknown(editor.uriScheme, machine)))
    return 'notRegistered';
  return undefined;
}

/**
 * Checks whether the user data is not at the default location
 * (`src/vs/platform/environment/node/userDataPath.ts`).
 */
function hasOwnUserData(storage: string, { platform, env, home }: InstallationMachine): boolean {
  const paths = platform === 'win32' ? path.win32 : path.posix;
  // The path ends with `User/globalStorage/<id>` or, in a profile, with
  // `User/profiles/<profile>/globalStorage/<id>`.
  const [, userData] = /^(.+)[\\/]User[\\/](?:globalStorage|profiles)[\\/]/.exec(storage) ?? [];
  if (userData === undefined) return false;
  const usual =
    platform === 'win32'
      ? [env['APPDATA'], env['USERPROFILE'] && paths.join(env['USERPROFILE'], 'AppData', 'Roaming')]
      : [env['XDG_CONFIG_HOME'], paths.join(home, '.config')];
  const comparable = (directory: string) => {
    const plain = paths.normalize(directory + paths.sep);
    return platform === 'win32' ? plain.toLowerCase() : plain;
  };
  const places = [env['VSCODE_APPDATA'], ...usual].flatMap((place) => (place ? [comparable(place)] : []));
  return places.length > 0 && !places.includes(comparable(paths.dirname(userData)));
}

/**
 * Checks whether the desktop's lists contain no application for the scheme.
 *
 * @see https://specifications.freedesktop.org/mime-apps-spec/
 */
async function isSchemeUnknown(
  scheme: string,
  { env, home, readText }: InstallationMachine,
): Promise<boolean> {
  const config = [
    env['XDG_CONFIG_HOME'] ?? path.join(home, '.config'),
    ...listed(env['XDG_CONFIG_DIRS'], '/etc/xdg'),
  ];
  const data = [
    env['XDG_DATA_HOME'] ?? path.join(home, '.local', 'share'),
    ...listed(env['XDG_DATA_DIRS'], '/usr/local/share:/usr/share'),
  ].map((directory) => path.join(directory, 'applications'));
  const desktops = listed(env['XDG_CURRENT_DESKTOP'], '').map(
    (name) => `${name.toLowerCase()}-mimeapps.list`,
  );
  const choices = ['mimeapps.list', ...desktops];
  const read = (directories: readonly string[], names: readonly string[]) =>
    Promise.all(
      directories.flatMap((directory) => names.map((name) => readText(path.join(directory, name)))),
    );
  const indexes = await read(data, ['mimeinfo.cache']);
  // Without an index, this cannot be determined.
  if (indexes.every((text) => text === undefined)) return false;
  const texts = [
    ...indexes,
    ...(await read([...config, ...data], choices)),
    ...(await read(data, ['defaults.list'])),
  ];
  return !texts.some((text) => text?.split('\n').some((line) => isEntryFor(scheme, line)) === true);
}

function listed(value: string | undefined, usual: string): readonly string[] {
  return (value ?? usual).split(':').filter((entry) => entry !== '');
}

function isEntryFor(scheme: string, line: string): boolean {
  const [type, applications = ''] = line.split('=', 2);
  return type?.trim() === `x-scheme-handler/${scheme}` && applications.trim() !== '';
}
