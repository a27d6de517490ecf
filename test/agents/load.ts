import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { systemClock } from '../../src/node/systemClock.js';
import { callTool } from '../relay/relayWorld.js';
import { startAgentScene } from '../relay/agentScene.js';
import type { AgentKind } from './agentKinds.js';
import { AgentProgram } from './agentProgram.js';
import { refreshesSince } from './refreshes.js';

const accessTokenSeconds = 20;
/** Between two calls of one caller, in milliseconds: an agent may send 600 requests a minute, and some send five a call. */
const pause = 500;

/** One of those that call at once. */
interface LoadCaller {
  readonly name: string;
  /** @returns what it was told */
  readonly call: () => Promise<string>;
}

interface Tally {
  readonly name: string;
  right: number;
  readonly wrong: string[];
  /** Milliseconds. */
  readonly took: number[];
}

/**
 * Agents and the editor's client call at once, over token after token.
 *
 * @param seconds how long
 * @returns whether every call was right and every token was refreshed once
 */
export async function runLoad(
  kinds: readonly AgentKind[],
  frameworks: string,
  seconds: number,
): Promise<boolean> {
  const scene = await startAgentScene({ accessTokenSeconds, clock: systemClock });
  const programs: AgentProgram[] = [];
  try {
    await scene.stage.signIn('repositories');
    const callers: LoadCaller[] = [];
    for (const kind of kinds) {
      const { key } = await scene.admit({ repositories: {} }, kind.name);
      const connection = { server: 'repositories', url: scene.url('repositories'), key: key.expose() };
      const program = await AgentProgram.start(kind, connection, frameworks);
      programs.push(program);
      callers.push({ name: kind.name, call: () => toldTo(program) });
    }
    const editor = await scene.stage.connect('repositories');
    callers.push({ name: 'the editor’s client', call: () => toldToEditor(editor) });
    console.log(`${callers.length} callers for ${seconds} s, a token living ${accessTokenSeconds} s`);
    const since = Date.now();
    const tallies = await Promise.all(callers.map((caller) => callUntil(caller, since + seconds * 1000)));
    for (const tally of tallies) console.log(lineOf(tally));
    const { count, needless, reuses } = refreshesSince(
      scene.stage.world.authorizationServer,
      since,
      accessTokenSeconds,
    );
    const due = Math.floor(seconds / accessTokenSeconds);
    console.log(`${count} refreshes in ${seconds} s, ${needless} of them needless; ${reuses} reuse events`);
    return tallies.every(isRight) && count >= due && needless === 0 && reuses === 0;
  } finally {
    for (const program of programs) program.close();
    await scene.stage.close();
  }
}

async function callUntil({ name, call }: LoadCaller, end: number): Promise<Tally> {
  const tally: Tally = { name, right: 0, wrong: [], took: [] };
  while (Date.now() < end) {
    const began = performance.now();
    const text = await call().catch((error: unknown) => String(error));
    tally.took.push(performance.now() - began);
    if (text.includes('main')) tally.right++;
    else tally.wrong.push(text);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  return tally;
}

async function toldTo(program: AgentProgram): Promise<string> {
  const end = await program.call('list_branches');
  return end.kind === 'told' ? end.text : `no result: ${end.why}`;
}

/** Several at once, as a turn of the chat may. */
async function toldToEditor(client: Client): Promise<string> {
  const results = await Promise.all([1, 2, 3].map(() => callTool(client, 'list_branches')));
  const wrong = results.find(({ isError, text }) => isError || !text.includes('main'));
  return wrong === undefined ? 'main' : `no result: ${wrong.text.replaceAll('main', '')}`;
}

function isRight({ right, wrong }: Tally): boolean {
  return right > 0 && wrong.length === 0;
}

function lineOf({ name, right, wrong, took }: Tally): string {
  const sorted = took.toSorted((a, b) => a - b);
  const at = (part: number) => Math.round(sorted[Math.floor((sorted.length - 1) * part)] ?? 0);
  const said = `${name}: ${right}/${took.length} right; ${at(0.5)} ms in the middle, ${at(1)} ms at most`;
  return wrong.length === 0 ? said : `${said}; WRONG: ${[...new Set(wrong)].slice(0, 3).join(' | ')}`;
}
