import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import {
  tracesOf,
  userConfigurationFiles,
  type ConfigurationFile,
} from '../../mcpClients/configurationFiles.js';

/** The files in which the user's other programs list MCP servers on this machine. */
export class OtherPrograms {
  constructor(
    readonly home: string = homedir(),
    private readonly environment: Readonly<Record<string, string | undefined>> = process.env,
  ) {}

  get files(): readonly ConfigurationFile[] {
    const { platform } = process;
    return userConfigurationFiles({
      platform: platform === 'win32' || platform === 'darwin' ? platform : 'linux',
      home: this.home,
      appData: this.environment['APPDATA'],
      environment: this.environment,
    });
  }

  /** Checks whether the program of such a file is installed on this machine, or was. */
  isPresent(file: ConfigurationFile): boolean {
    return tracesOf(file, this.home).some((trace) => existsSync(trace));
  }

  /**
   * Returns the paths of the `mcp.json` of each profile of the editor except the default one (VS Code,
   * `userDataProfile.ts`).
   *
   * @param userData the absolute path of the directory that contains the default profile's file
   */
  async profileFiles(userData: string): Promise<readonly string[]> {
    const profiles = path.join(userData, 'profiles');
    const names = await readdir(profiles).catch(() => []);
    return names.sort().map((name) => path.join(profiles, name, 'mcp.json'));
  }
}
