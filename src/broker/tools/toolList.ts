import type { Disposable } from '../ports.js';
import type { ServerConfig } from '../settings/serverSettings.js';

/** A tool as its server lists it: all of it is the server's words. */
export interface DeclaredTool {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
}

/** The tools each server listed when it was last asked. */
export interface ToolLists {
  declarations(server: Pick<ServerConfig, 'url'>): readonly DeclaredTool[];
  /** Tells the server URL of which a list has changed. */
  onDidChange(listener: (serverUrl: string) => void): Disposable;
}
