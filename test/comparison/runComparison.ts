import path from 'node:path';
import { startBrowser } from '../host/browser.js';
import { startDemoEditor } from '../host/demoEditor.js';
import { MODEL_NAME } from '../host/storyChat.js';
import { Screenshots } from '../host/screenshots.js';
import { Workbench } from '../host/workbench.js';
import { measures, shortcomings, width, type Effort } from './effort.js';
import { UserAtWork } from './userAtWork.js';
import { standInForRedirectService } from './redirectService.js';

const PROMPT = 'list my branches';
const RESULT = 'Done: main';
const LIMIT_MS = 120_000;

const ways = { mcpJson: 'the editor’s own', broker: 'the broker' } as const;
type Way = keyof typeof ways;

interface Course {
  readonly effort: Effort;
  /** The result in the chat. */
  readonly result: string;
}

/**
 * Runs one way from the prompt to the result: the same server, a signed-out user, a fresh editor and
 * browser.
 */
async function take(way: Way): Promise<Course> {
  const demo = await startDemoEditor({ isSingle: true, isBrowserHere: true, configuredIn: way });
  const browser = await startBrowser({ profileDir: path.join(demo.stateDir, 'b') });
  try {
    standInForRedirectService(browser.context);
    const workbench = await Workbench.open(browser.context, demo.url);
    await workbench.enableCopilot(MODEL_NAME);
    await workbench.seeMcpServers(['repositories']);
    const isReady = () =>
      demo.world.repositories.http.requests.some(
        ({ rpcMethod, status }) => rpcMethod === 'tools/list' && status === 200,
      );
    const user = new UserAtWork(workbench);
    const result = await user.obtain(PROMPT, { result: RESULT, isReady, limitMs: LIMIT_MS });
    return { effort: user.effort, result };
  } catch (error) {
    const shots = new Screenshots(path.resolve('.vscode-test', 'shots', `comparison-${way}`));
    await shots.takeFailed(browser.context.pages());
    throw error;
  } finally {
    await browser.close();
    await demo.close();
  }
}

function show(way: Way, { effort, result }: Course): void {
  console.log(
    `\n${`     With ${ways[way]}`.padEnd(width + 5)}${measures.map((name) => name.padStart(9)).join('')}`,
  );
  for (const line of effort.lines()) console.log(line);
  const counts = measures.map((measure) => String(effort.count(measure)).padStart(9)).join('');
  console.log(
    `${`     → ${result}`.padEnd(width + 5)}${counts}   in sum ${effort.sum}, prompts ${effort.prompts}`,
  );
}

async function main(): Promise<number> {
  console.log(`From the prompt “${PROMPT}” to its result, at a server nobody has signed in to:`);
  const theirs = await take('mcpJson');
  show('mcpJson', theirs);
  const ours = await take('broker');
  show('broker', ours);
  const found = shortcomings(ours.effort, theirs.effort);
  if (ours.result !== theirs.result) found.push(`ends with “${ours.result}”, not “${theirs.result}”`);
  for (const shortcoming of found) console.error(`\nThe broker ${shortcoming}.`);
  return found.length === 0 ? 0 : 1;
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
