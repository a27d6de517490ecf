import path from 'node:path';
import { startBrowser, type Browser } from './browser.js';
import { startDemoEditor, type DemoEditor } from './demoEditor.js';
import { playStory } from './demoStory.js';
import { checkDisk } from './diskCheck.js';
import type { Screenshots } from './screenshots.js';
import { createStateDirectory, type StateDirectory } from './stateDirectory.js';
import { overheard, packTapExtension } from './tapExtension.js';
import { WireTap } from './wireTap.js';
import { Workbench } from './workbench.js';

/** One run of the story, followed by a check of the disk. */
export class UnattendedDemo {
  private readonly tap = new WireTap();
  private tapDir: StateDirectory | undefined;
  /** Set while it is starting, so that an interruption also ends it. */
  private demo: Promise<DemoEditor> | undefined;
  private browser: Browser | undefined;

  /** @param say receives a line about each step */
  constructor(
    private readonly shots: Screenshots,
    private readonly say: (line: string) => void,
  ) {}

  async play(): Promise<void> {
    this.say('starting the demo world and the editor');
    this.tapDir = await createStateDirectory();
    const tapVsix = await packTapExtension(this.tapDir.path);
    this.demo = startDemoEditor({ others: [tapVsix] });
    const demo = await this.demo;
    const profileDir = path.join(demo.stateDir, 'b');
    const browser = (this.browser = await startBrowser({ profileDir }));
    const workbench = await Workbench.open(browser.context, demo.url);
    await playStory({ workbench, demo, shots: this.shots, say: this.say });

    this.say('looking for secrets in everything that was written to disk');
    await browser.close();
    await demo.server.stop();
    const { userDataDir, extensionsDir } = demo;
    const secrets = [...this.tap.secrets, ...overheard(this.tapDir.path)];
    this.say(await checkDisk({ userDataDir, extensionsDir, profileDir, secrets }));
  }

  /** Takes pictures of the current pages. */
  async showFailure(): Promise<void> {
    const pages = this.browser?.context.pages() ?? [];
    await this.shots.takeFailed(pages.filter((page) => page.url() !== 'about:blank'));
  }

  /** Ends and removes everything, also after an interruption. */
  async close(): Promise<void> {
    this.tap.close();
    await this.browser?.close();
    await this.demo?.then((demo) => demo.close());
    await this.tapDir?.remove();
  }
}
