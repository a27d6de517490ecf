import { copyFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { startBrowser } from '../browser.js';
import { startDemoEditor } from '../demoEditor.js';
import { Screenshots } from '../screenshots.js';
import { createStateDirectory } from '../stateDirectory.js';
import { MODEL_NAME } from '../storyChat.js';
import { UserSettings } from '../userSettings.js';
import { Workbench } from '../workbench.js';
import { Album } from './album.js';
import { ServersInEachStatus } from './serversInEachStatus.js';
import { Stage } from './stage.js';
import { surfacesNamed } from './surfaces.js';
import { ThemeSwitch, walkthroughThemes } from './themes.js';

const root = path.resolve(process.env['MCP_OAUTH_BROKER_ROOT'] ?? '.');
const directory = path.join(root, '.vscode-test', 'pictures');
/** Pictures that the walkthrough shows, with their names there. */
const walkthrough = [
  ['add-server', 'add-server'],
  ['signed-in', 'sign-in'],
  ['call', 'call'],
] as const;

/** Takes the named surfaces, or all. `--walkthrough` writes the walkthrough's pictures to the package. */
async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { walkthrough: { type: 'boolean' } },
    allowPositionals: true,
  });
  const wanted = surfacesNamed(positionals);
  const servers = new ServersInEachStatus();
  const closers: (() => Promise<void>)[] = [() => servers.close()];
  const missed: string[] = [];
  const end = async () => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  // An editor keeps running after the process that started it, so it must be ended.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => void end().finally(() => process.exit(1)));
  try {
    say('starting the demo world and the editor');
    const settingsDir = await createStateDirectory();
    closers.push(() => settingsDir.remove());
    const settings = new UserSettings(settingsDir.path);
    const demo = await startDemoEditor({
      others: [await settings.pack()],
      servers: (world) => servers.start(world),
      settings: { 'window.menuBarVisibility': 'compact' },
    });
    closers.push(() => demo.close());
    const browser = await startBrowser({ profileDir: path.join(demo.stateDir, 'b') });
    closers.push(() => browser.close());
    const workbench = await Workbench.open(browser.context, demo.url);
    const switches = new ThemeSwitch(settings, workbench.page);
    const album = new Album(directory, switches, say, new Set(walkthrough.map(([taken]) => taken)));
    const stage = new Stage(workbench, demo, servers, album, settings);
    await workbench.enableCopilot(MODEL_NAME);
    // After extensions are enabled, VS Code shows no texts in empty views until it is reloaded.
    await workbench.reload();
    await workbench.chat.open();
    await workbench.page.locator('.interactive-input-part', { hasText: MODEL_NAME }).first().waitFor();
    await workbench.chat.widenTo(460);
    await stage.showViews();
    for (const surface of wanted) {
      const start = Date.now();
      const failure = await surface.take(stage).catch((error: unknown) => error ?? 'no reason');
      say(`${surface.name} took ${((Date.now() - start) / 1000).toFixed(0)} s`);
      if (failure === undefined) continue;
      // A failure does not prevent pictures of the other surfaces.
      missed.push(surface.name);
      console.error(`✗ ${surface.name}`, failure);
      await new Screenshots(path.join(directory, surface.name)).takeFailed(browser.context.pages());
      await stage.clear();
    }
  } finally {
    await end();
  }
  if (missed.length > 0) throw new Error(`no pictures, or not all, of: ${missed.join(', ')}`);
  if (values.walkthrough === true) await keepForWalkthrough();
  say(`pictures are in ${directory}`);
}

async function keepForWalkthrough(): Promise<void> {
  const media = path.join(root, 'media', 'walkthrough');
  await mkdir(media, { recursive: true });
  for (const [taken, name] of walkthrough) {
    for (const theme of walkthroughThemes) {
      const to = path.join(media, `${name}-${theme.name}.png`);
      await copyFile(path.join(directory, `${taken}-${theme.name}.png`), to);
    }
  }
}

function say(line: string): void {
  console.log(`• ${line}`);
}

main().then(
  () => (process.exitCode = 0),
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
