import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Settings } from './codeServer.js';
import { packTestExtension } from './testExtension.js';
import type { WantedSettings } from './userSettingsWriter.js';

/**
 * The user's settings of a running editor. A window of code-server does not notice changes of its
 * `settings.json` on disk: it watches `vscode-remote:` without the authority of the change events. So an
 * extension in each window changes them, as the settings editor does.
 */
export class UserSettings {
  readonly #wanted: string;
  #values: Settings = {};
  #changes = 0;

  /** @param dir absolute, for this instance only */
  constructor(private readonly dir: string) {
    this.#wanted = path.join(dir, 'wanted.json');
  }

  /**
   * Packages the extension to install in the editor.
   *
   * @returns the absolute path of the VSIX
   */
  async pack(): Promise<string> {
    await mkdir(this.dir, { recursive: true });
    const source = `const watch = require(${JSON.stringify(path.join(__dirname, 'userSettingsWriter.js'))});
exports.activate = () => watch.applySettings(require('vscode'), ${JSON.stringify(this.#wanted)});
`;
    return packTestExtension(this.dir, 'user-settings', source);
  }

  /** Sets values in every window. `null` removes a setting, and other settings stay unchanged. */
  async change(settings: Settings): Promise<void> {
    this.#values = { ...this.#values, ...settings };
    // The counter makes identical values count as a new change, which overrides changes by other means.
    this.#changes += 1;
    const wanted: WantedSettings = { change: this.#changes, values: this.#values };
    await writeFile(`${this.#wanted}.tmp`, JSON.stringify(wanted));
    await rename(`${this.#wanted}.tmp`, this.#wanted);
  }
}
