import { createStateDirectory, type StateDirectory } from '../../host/stateDirectory.js';
import { gatewayAddress, gatewayExtension } from './gatewayExtension.js';
import { SessionEditor } from './sessionEditor.js';

/** The one editor of all rows, because starting it takes longer than most cells. */
export class SharedEditor {
  #running: Promise<SessionEditor> | undefined;
  #state: StateDirectory | undefined;

  get(): Promise<SessionEditor> {
    this.#running ??= this.#start();
    return this.#running;
  }

  /** Where VS Code's gateway serves a server in the window that was opened last; undefined if it does not. */
  async gatewayAddress(server: string): Promise<string | undefined> {
    return this.#state && gatewayAddress(this.#state.path, server);
  }

  async close(): Promise<void> {
    const editor = await this.#running?.catch(() => undefined);
    this.#running = undefined;
    await editor?.close();
    await this.#state?.remove();
  }

  async #start(): Promise<SessionEditor> {
    this.#state ??= await createStateDirectory();
    return SessionEditor.start(await gatewayExtension(this.#state.path));
  }
}
