import { createStateDirectory, type StateDirectory } from '../../host/stateDirectory.js';
import { gatewayAddress, gatewayExtension } from './gatewayExtension.js';
import { SessionEditor } from './sessionEditor.js';

/** The editor that all rows share, because starting it takes longer than most cells. */
export class SharedEditor {
  #running: Promise<SessionEditor> | undefined;
  #state: StateDirectory | undefined;
  #closing: Promise<void> | undefined;

  /** @throws Error while it is closing, so that the remaining cells start no other editor */
  async get(): Promise<SessionEditor> {
    if (this.#closing !== undefined) throw new Error('The editor was closed.');
    this.#running ??= this.#start();
    return this.#running;
  }

  /** Returns a server's address at VS Code's gateway in the latest window; undefined if there is none. */
  async gatewayAddress(server: string): Promise<string | undefined> {
    return this.#state && gatewayAddress(this.#state.path, server);
  }

  /** Resolves when everything has ended. May be called several times. */
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
