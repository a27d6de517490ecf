import * as vscode from 'vscode';
import type { Disposable } from '../../base/clock.js';
import type { Log } from '../../base/log.js';

/** The log that the user can read: Output → MCP OAuth Broker. */
export class OutputLog implements Log, Disposable {
  readonly #channel = vscode.window.createOutputChannel('MCP OAuth Broker', { log: true });

  debug(message: string): void {
    this.#channel.debug(message);
  }

  info(message: string): void {
    this.#channel.info(message);
  }

  warn(message: string): void {
    this.#channel.warn(message);
  }

  error(message: string): void {
    this.#channel.error(message);
  }

  show(): void {
    this.#channel.show(true);
  }

  dispose(): void {
    this.#channel.dispose();
  }
}
