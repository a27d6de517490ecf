import type { Editor } from './editor.js';
import type { Workbench } from './workbench.js';

/** As in the scripted model's entry of `chatLanguageModels.json`. */
export const MODEL_NAME = 'Scripted Local';

/** What the story does otherwise in one editor than in another. */
export interface StoryChat {
  /** What there is to say before the story begins. */
  readonly opening: string;
  /** What the button is called that lets a tool run. */
  readonly allow: string;
  /** Makes the chat ready to be asked. */
  turnOn(): Promise<void>;
  /** Makes the tools of a server be there that the chat is about to be asked for. */
  startServer(name: string): Promise<void>;
  /** What is seen where consent is asked for: the picture's name, and a text. */
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

  /** The chat starts it itself. */
  startServer(): Promise<void> {
    return Promise.resolve();
  }
}

/**
 * VS Code 1.103: no Copilot Chat is built in; no MCP server starts by itself (`chat.mcp.autostart` is `never`); the MCP
 * client cannot show a link in the chat, so that the broker asks in a notification; an ended turn folds nothing away.
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

  /** The command is there once the editor knows of a chat agent. */
  async turnOn(): Promise<void> {
    await this.workbench.runCommand('Chat: Focus on Chat View');
    await this.workbench.chat.open();
  }

  async startServer(name: string): Promise<void> {
    await this.workbench.runAndPick('MCP: List Servers', name);
    await this.workbench.pick('Start Server');
  }
}
