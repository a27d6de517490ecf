import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { replaceFile } from './replaceFile.js';
import { WindowAddressFile, type WindowAddressParts } from './windowAddressFile.js';

export interface StdioCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * What the stdio command needs on disk: itself, at an address that outlives updates, a file for each agent, and a
 * directory where the windows write where they serve the sessions that the editor runs outside of itself.
 */
export class BridgeFiles {
  readonly #directory: string;
  #placed: Promise<void> | undefined;
  /** The script. */
  readonly path: string;
  /** Where the windows write. */
  readonly windows: string;

  /**
   * @param directory absolute; made when it is first needed
   * @param shipped the script as it is shipped
   */
  constructor(
    directory: string,
    private readonly shipped: string,
  ) {
    this.#directory = path.join(directory, 'agents');
    this.path = path.join(this.#directory, 'bridge.js');
    this.windows = path.join(directory, 'agentHost');
  }

  /** Puts the script in its place, once; a window with another version of the extension may put its own there. */
  place(): Promise<void> {
    this.#placed ??= this.#place().catch((error: unknown) => {
      this.#placed = undefined;
      throw error;
    });
    return this.#placed;
  }

  /**
   * The command that serves a server to the sessions that the editor runs outside of itself. The editor keeps it on
   * disk, in the clear, and restarts a session's servers when it changes. So it is the same in every window, after each
   * reload and for each key, and names only a script and a server. The editor's own executable runs the script, since a
   * machine may have no Node.
   */
  command(server: string): StdioCommand {
    return {
      command: process.execPath,
      args: [this.path, '--windows', this.windows, server],
      env: { ELECTRON_RUN_AS_NODE: '1' },
    };
  }

  /** The file of this window. */
  window(parts: Omit<WindowAddressParts, 'directory'>): WindowAddressFile {
    return new WindowAddressFile({ ...parts, directory: this.windows });
  }

  /**
   * Writes a file that only its owner may read, in place of an earlier one.
   *
   * @returns the command line that speaks MCP over stdio
   */
  async write(name: string, url: string, key: { expose(): string }): Promise<string> {
    await this.place();
    const file = path.join(this.#directory, `${name}.json`);
    // A file that is there keeps its mode, and whoever has it open keeps reading it.
    await rm(file, { force: true });
    await writeFile(file, JSON.stringify({ url, key: key.expose() }), { mode: 0o600, flag: 'wx' });
    return `node ${JSON.stringify(this.path)} ${JSON.stringify(file)}`;
  }

  /** Removes every file whose name begins so: the keys in them are of no more use. */
  async removeAll(prefix: string): Promise<void> {
    const names = await readdir(this.#directory).catch(() => []);
    const files = names.filter((name) => name.startsWith(prefix) && name.endsWith('.json'));
    await Promise.all(files.map((name) => rm(path.join(this.#directory, name), { force: true })));
  }

  async #place(): Promise<void> {
    const shipped = await readFile(this.shipped);
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    const placed = await readFile(this.path).catch(() => undefined);
    if (placed?.equals(shipped) === true) return;
    const temporary = `${this.path}.${randomUUID()}.tmp`;
    try {
      await writeFile(temporary, shipped, { mode: 0o600 });
      // A client that starts the script meanwhile reads the old one or this one, and never half of it.
      await replaceFile(temporary, this.path);
    } finally {
      await rm(temporary, { force: true });
    }
  }
}
