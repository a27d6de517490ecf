import { createStateDirectory, type StateDirectory } from '../../host/stateDirectory.js';
import { gatewayAddress, gatewayExtension } from './gatewayExtension.js';
import { SessionEditor } from './sessionEditor.js';

/** The one editor of all rows, because starting it takes longer than most cells. */
export class SharedEditor {
  #running: Promise<SessionEditor> | undefined;
  #state: StateDirectory | undefined;
  #closing: Promise<void> | undefined;

  /** @throws Error once it is being closed: the cells that are left start no other editor */
  async get(): Promise<SessionEditor> {
    if (this.#closing !== undefined) throw new Error('The editor was closed.');
    this.#running ??= this.#start();
    return this.#running;
  }

  /** Where VS Code's gateway serves a server in the window that was opened last; undefined if it does not. */
  async gatewayAddress(server: string): Promise<string | undefined> {
    return this.#state && gatewayAddress(this.#state.path, server);
  }

  /** However often it is called, it is done when everything has ended. */
  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    const editor = await this.#running?.catch(() => undefined);
    await editor?.close();
    await this.#state?.remove();
  }

  async #start(): Promise<SessionEditor> {
    this.#state ??= await createStateDirectory();
    return SessionEditor.start(await gatewayExtension(this.#state.path));
  }
}
