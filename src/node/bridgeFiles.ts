import { copyFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** What the stdio command needs on disk: itself, at an address that outlives updates, and a file for each agent. */
export class BridgeFiles {
  readonly #directory: string;

  /**
   * @param directory absolute; made when it is first needed
   * @param command the command as it is shipped
   */
  constructor(
    directory: string,
    private readonly command: string,
  ) {
    this.#directory = path.join(directory, 'agents');
  }

  /**
   * Writes a file that only its owner may read, in place of an earlier one.
   *
   * @returns the command line that speaks MCP over stdio
   */
  async write(name: string, url: string, key: { expose(): string }): Promise<string> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    const bridge = path.join(this.#directory, 'bridge.js');
    await copyFile(this.command, bridge);
    const file = path.join(this.#directory, `${name}.json`);
    // A file that is there keeps its mode, and whoever has it open keeps reading it.
    await rm(file, { force: true });
    await writeFile(file, JSON.stringify({ url, key: key.expose() }), { mode: 0o600, flag: 'wx' });
    return `node ${JSON.stringify(bridge)} ${JSON.stringify(file)}`;
  }

  /** Removes every file whose name begins so: the keys in them are of no more use. */
  async removeAll(prefix: string): Promise<void> {
    const names = await readdir(this.#directory).catch(() => []);
    const files = names.filter((name) => name.startsWith(prefix) && name.endsWith('.json'));
    await Promise.all(files.map((name) => rm(path.join(this.#directory, name), { force: true })));
  }
}
