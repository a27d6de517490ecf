import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import type { UserDirectories } from '../mcpClients/configurationFiles.js';

/** Where the files of the user's programs lie on the machine that this process runs on. */
export function userDirectories(): UserDirectories {
  const { platform, env } = process;
  return {
    platform: platform === 'win32' || platform === 'darwin' ? platform : 'linux',
    home: homedir(),
    appData: env['APPDATA'],
    environment: env,
  };
}

/** Whether there is a file or directory at any of these paths. */
export function existsAny(paths: readonly string[]): boolean {
  return paths.some((path) => existsSync(path));
}
