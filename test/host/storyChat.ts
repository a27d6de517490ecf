import type { Editor } from './editor.js';
import type { Workbench } from './workbench.js';

/** As in the scripted model's entry of `chatLanguageModels.json`. */
export const MODEL_NAME = 'Scripted Local';

/** The differences of the story between editors. */
export interface StoryChat {
  /** Text before the story begins. */
  readonly opening: string;
  /** Label of the button that runs a tool. */
  readonly allow: string;
  /** Prepares the chat for prompts. */
  turnOn(): Promise<void>;
  /** Makes the tools of a server available for the next prompt. */
  startServer(name: string): Promise<void>;
  /** The request for consent: the picture's name, and a visible text. */
  readonly consentShown: readonly [string, string];
}

export function storyChatOf({ hasCopilotChat, version }: Editor, workbench: Workbench): StoryChat {
  return hasCopilotChat ? new CopilotChat(workbench) : new StandInChat(workbench, version);
}

class CopilotChat implements StoryChat {
  readonly opening = 'turning Copilot Chat on';
  readonly allow = 'Allow';
  readonly consentShown = ['consent-card-in-the-chat', 'Authorization Required'] as const;

  constructor(private readonly workbench: Workbench) {}

  turnOn(): Promise<void> {
    return this.workbench.enableCopilot(MODEL_NAME);
  }

  /** The chat starts it automatically. */
  startServer(): Promise<void> {
    return Promise.resolve();
  }
}

/**
 * VS Code 1.103: Copilot Chat is not built in; no MCP server starts automatically (`chat.mcp.autostart` is
 * `never`); the MCP client cannot show a link in the chat, so the broker asks in a notification; the steps
 * of a turn stay visible.
 */
class StandInChat implements StoryChat {
  readonly opening: string;
  readonly allow = 'Continue';
  readonly consentShown = ['consent-notification', 'needs more access'] as const;

  constructor(
    private readonly workbench: Workbench,
    version: string,
  ) {
    this.opening = `opening the chat: VS Code ${version} has no Copilot Chat built in, and an agent of ours stands in`;
  }

  /** The command exists once the editor has a chat agent. */
  async turnOn(): Promise<void> {
    await this.workbench.runCommand('Chat: Focus on Chat View');
    await this.workbench.chat.open();
  }

  async startServer(name: string): Promise<void> {
    await this.workbench.runAndPick('MCP: List Servers', name);
    await this.workbench.pick('Start Server');
  }
}
