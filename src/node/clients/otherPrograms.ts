import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import {
  tracesOf,
  userConfigurationFiles,
  type ConfigurationFile,
} from '../../mcpClients/configurationFiles.js';

/** The files in which other programs of the user keep their MCP servers on this machine. */
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

  /** Whether the program of such a file is on this machine, or was. */
  isPresent(file: ConfigurationFile): boolean {
    return tracesOf(file, this.home).some((trace) => existsSync(trace));
  }

  /**
   * The `mcp.json` of each profile of the editor but the default one (VS Code, `userDataProfile.ts`).
   *
   * @param userData absolute: the folder that has the default one's
   */
  async profileFiles(userData: string): Promise<readonly string[]> {
    const profiles = path.join(userData, 'profiles');
    const names = await readdir(profiles).catch(() => []);
    return names.sort().map((name) => path.join(profiles, name, 'mcp.json'));
  }
}
