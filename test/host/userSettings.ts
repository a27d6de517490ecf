import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Settings } from './codeServer.js';
import { packTestExtension } from './testExtension.js';
import type { WantedSettings } from './userSettingsWriter.js';

/**
 * The user's settings of an editor that is running. A window of code-server does not see its `settings.json` change on
 * disk: it watches `vscode-remote:` without the authority that the changes come with. So an extension in each window
 * changes them, as the settings editor does.
 */
export class UserSettings {
  readonly #wanted: string;
  #values: Settings = {};
  #changes = 0;

  /** @param dir absolute, of this instance alone */
  constructor(private readonly dir: string) {
    this.#wanted = path.join(dir, 'wanted.json');
  }

  /** The extension to install in the editor. @returns the VSIX, absolute */
  async pack(): Promise<string> {
    await mkdir(this.dir, { recursive: true });
    const source = `const watch = require(${JSON.stringify(path.join(__dirname, 'userSettingsWriter.js'))});
exports.activate = () => watch.applySettings(require('vscode'), ${JSON.stringify(this.#wanted)});
`;
    return packTestExtension(this.dir, 'user-settings', source);
  }

  /** Every window sets these soon; `null` takes a setting out. Those that are not named stay as they are. */
  async change(settings: Settings): Promise<void> {
    this.#values = { ...this.#values, ...settings };
    // What was set by other means since has to give way, so that the same text is another change.
    this.#changes += 1;
    const wanted: WantedSettings = { change: this.#changes, values: this.#values };
    await writeFile(`${this.#wanted}.tmp`, JSON.stringify(wanted));
    await rename(`${this.#wanted}.tmp`, this.#wanted);
  }
}
