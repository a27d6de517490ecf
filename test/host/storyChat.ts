import type { Page } from 'playwright-core';
import type { Editor } from './editor.js';
import type { Screenshots } from './screenshots.js';
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
  /** What asks for consent to a further scope, once it is shown. */
  consentText(shots: Screenshots): Promise<string>;
  /** The page that it opens. */
  openConsent(): Promise<Page>;
  /** Shows the lines of the ended turn. */
  showSteps(): Promise<void>;
}

export function storyChatOf({ hasCopilotChat, version }: Editor, workbench: Workbench): StoryChat {
  return hasCopilotChat ? new CopilotChat(workbench) : new StandInChat(workbench, version);
}

class CopilotChat implements StoryChat {
  readonly opening = 'turning Copilot Chat on';
  readonly allow = 'Allow';

  constructor(private readonly workbench: Workbench) {}

  turnOn(): Promise<void> {
    return this.workbench.enableCopilot(MODEL_NAME);
  }

  /** The chat starts it itself. */
  startServer(): Promise<void> {
    return Promise.resolve();
  }

  async consentText(shots: Screenshots): Promise<string> {
    const { page, chat } = this.workbench;
    const text = await chat.consentCard.text();
    await shots.take(page, 'consent-card-in-the-chat', 'Authorization Required', 'repo:write');
    return text;
  }

  openConsent(): Promise<Page> {
    return this.workbench.pageOpenedBy(() => this.workbench.chat.consentCard.open());
  }

  async showSteps(): Promise<void> {
    await this.workbench.chat.waitForAnswer('Completed');
    await this.workbench.chat.unfoldSteps();
  }
}

/**
 * VS Code 1.103: no Copilot Chat is built in; no MCP server starts by itself (`chat.mcp.autostart` is `never`); the MCP
 * client cannot show a link in the chat, so that the broker asks in a notification; an ended turn folds nothing away.
 */
class StandInChat implements StoryChat {
  readonly opening: string;
  readonly allow = 'Continue';

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

  async consentText(shots: Screenshots): Promise<string> {
    const notification = this.workbench.notification('needs more access');
    await notification.waitFor();
    await shots.take(this.workbench.page, 'consent-notification', 'needs more access', 'repo:write');
    return notification.innerText();
  }

  openConsent(): Promise<Page> {
    return this.workbench.pageOpenedBy(() =>
      this.workbench.clickNotification('needs more access', 'Grant Access'),
    );
  }

  showSteps(): Promise<void> {
    return Promise.resolve();
  }
}
