import path from 'node:path';
import { startOpenServer, type OpenServer } from '../demo/openServer.js';
import { startBrowser, type Browser } from './browser.js';
import { ClickCount } from './clickCount.js';
import { startDemoEditor, type DemoEditor } from './demoEditor.js';
import { playNewMachine } from './newMachineStory.js';
import type { Screenshots } from './screenshots.js';
import { Workbench } from './workbench.js';

/** One run of the story of a new machine. */
export class NewMachineDemo {
  private demo: Promise<DemoEditor> | undefined;
  private calendar: OpenServer | undefined;
  private browser: Browser | undefined;

  /** @param say receives a line about each step */
  constructor(
    private readonly shots: Screenshots,
    private readonly say: (line: string) => void,
  ) {}

  async play(): Promise<void> {
    this.say('starting the demo world and an editor with three servers in its mcp.json');
    const calendar = await startOpenServer({
      server: 'calendar',
      tool: 'list_events',
      title: 'List events',
      text: 'Nothing today.',
    });
    this.calendar = calendar;
    this.demo = startDemoEditor({
      configuredIn: 'mcpJsonBesideBroker',
      servers: () => Promise.resolve({ calendar: { type: 'http', url: calendar.url } }),
    });
    const demo = await this.demo;
    const browser = (this.browser = await startBrowser({ profileDir: path.join(demo.stateDir, 'b') }));
    const clicks = await ClickCount.of(browser.context, (page) => page.url().startsWith(demo.server.url));
    const workbench = await Workbench.open(browser.context, demo.url);
    await playNewMachine({ workbench, demo, calendar, clicks, shots: this.shots, say: this.say });
    for (const line of clicks.lines) this.say(line);
  }

  /** Takes pictures of the current pages. */
  async showFailure(): Promise<void> {
    const pages = this.browser?.context.pages() ?? [];
    await this.shots.takeFailed(pages.filter((page) => page.url() !== 'about:blank'));
  }

  /** Ends and removes everything, also after an interruption. */
  async close(): Promise<void> {
    await this.browser?.close();
    await this.demo?.then((demo) => demo.close());
    await this.calendar?.close();
  }
}
