import path from 'node:path';
import type { BrowserContext } from 'playwright-core';
import { startBrowser } from '../host/browser.js';
import { startDemoEditor } from '../host/demoEditor.js';
import { MODEL_NAME } from '../host/demoStory.js';
import { Screenshots } from '../host/screenshots.js';
import { Workbench } from '../host/workbench.js';
import { obtain, type Effort } from './personAtWork.js';

const PROMPT = 'list my branches';
const RESULT = 'Done: main';
const VAIN = 'I have no tool for that';
const LIMIT_MS = 120_000;

type Way = 'builtIn' | 'broker';

/**
 * The editor's own flow comes back by way of `https://vscode.dev/redirect`, which sends the browser on to the
 * address in `state`. Nothing here may leave this machine, so that one hop is answered in the browser.
 */
async function standInForRedirectService(context: BrowserContext): Promise<void> {
  await context.route('https://vscode.dev/redirect*', async (route) => {
    const { searchParams } = new URL(route.request().url());
    const back = new URL(searchParams.get('state') ?? '');
    for (const [name, value] of searchParams) back.searchParams.append(name, value);
    await route.fulfill({ status: 302, headers: { location: back.href } });
  });
}

/** The same server, a person who never signed in, a fresh editor: from the prompt to the result. */
async function effortOf(way: Way): Promise<Effort> {
  const demo = await startDemoEditor({
    isSingle: true,
    configuredIn: way === 'broker' ? 'broker' : 'mcpJson',
  });
  const browser = await startBrowser({ profileDir: path.join(demo.stateDir, 'b') });
  try {
    if (way === 'builtIn') await standInForRedirectService(browser.context);
    const workbench = await Workbench.open(browser.context, demo.url);
    await workbench.enableCopilot(MODEL_NAME);
    await workbench.seeMcpServers(['repositories']);
    const isReady = () =>
      demo.world.repositories.http.requests.some(
        ({ rpcMethod, status }) => rpcMethod === 'tools/list' && status === 200,
      );
    return await obtain(workbench, PROMPT, { result: RESULT, vain: VAIN, isReady, limitMs: LIMIT_MS });
  } catch (error) {
    await new Screenshots(path.resolve('.vscode-test', 'shots', `comparison-${way}`)).takeFailed(
      browser.context.pages(),
    );
    throw error;
  } finally {
    await browser.close();
    await demo.close();
  }
}

const measures = ['prompts', 'dialogs', 'clicks', 'windows'] as const;

function sum(effort: Effort): number {
  return measures.reduce((total, measure) => total + effort[measure], 0);
}

async function main(): Promise<number> {
  const builtIn = await effortOf('builtIn');
  const broker = await effortOf('broker');
  console.log(`\nFrom the prompt “${PROMPT}” to its result, at a server nobody has signed in to:\n`);
  console.log('            built-in   broker');
  for (const measure of measures) {
    console.log(
      `${measure.padEnd(10)} ${String(builtIn[measure]).padStart(9)} ${String(broker[measure]).padStart(8)}`,
    );
  }
  console.log(
    `${'in sum'.padEnd(10)} ${String(sum(builtIn)).padStart(9)} ${String(sum(broker)).padStart(8)}`,
  );
  console.log(`\nbuilt-in: ${builtIn.met.join(' → ')}`);
  console.log(`broker:   ${broker.met.join(' → ')}\n`);
  const more = measures.filter((measure) => broker[measure] > builtIn[measure]);
  if (more.length > 0) console.error(`The broker needs more ${more.join(' and ')}.`);
  if (sum(broker) >= sum(builtIn)) console.error('The broker does not need less in sum.');
  return more.length === 0 && sum(broker) < sum(builtIn) ? 0 : 1;
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
