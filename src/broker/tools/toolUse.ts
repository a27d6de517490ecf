import type { Disposable } from '../ports.js';

/** A call of a tool that ended, as far as it is told beside the tool. */
export interface ToolUse {
  /** When it came, milliseconds since the epoch. */
  readonly at: number;
  /** Whose account it was made as. */
  readonly account?: string;
}

/** Where past calls are kept. */
export interface ToolUses {
  lastUse(serverUrl: string, tool: string): Promise<ToolUse | undefined>;
  /** Tells of calls that ended. */
  onDidAdd(listener: () => void): Disposable;
}
