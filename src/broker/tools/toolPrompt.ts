import type { ServerConfig } from '../settings/serverSettings.js';

/** One call that a rule makes the person decide on. */
export interface ToolQuestion {
  readonly server: ServerConfig;
  /** The tool's name, fit to be shown. */
  readonly tool: string;
  /** Whose account would act, where it is known. */
  readonly account?: string;
  /** The name of the agent that calls, where one does: its call was refused, and its next one is asked about. */
  readonly agent?: string;
}

/** Asks the person outside the chat, where a caller that no chat can ask calls a tool whose rule is to ask. */
export interface ToolPrompt {
  /**
   * @param signal aborted when the call is gone or has waited for too long
   * @returns false where the person declined or closed it
   */
  ask(question: ToolQuestion, signal: AbortSignal): Promise<boolean>;
}
