import { systemClock } from '../../src/node/machine.js';
import { startAgentScene, type AgentScene } from '../relay/agentScene.js';
import type { AgentKind } from './agentKinds.js';
import { refreshesSince } from './refreshes.js';
import { AgentProgram, versionOf, type CallEnd } from './agentProgram.js';

/** Long enough for a step and short enough to wait for. */
const accessTokenSeconds = 3;

/** A step had an unexpected result. */
class StepFailed extends Error {
  override readonly name = 'StepFailed';
}

/** Runs every step for one agent. */
class GridLine {
  readonly said: string[] = [];

  constructor(
    private readonly scene: AgentScene,
    private readonly program: AgentProgram,
    private readonly agentId: string,
  ) {}

  async run(): Promise<void> {
    await this.#isTold('sign_in', {}, /the user must sign in to repositories first/);
    await this.scene.consent();
    await this.#works('list_branches', {}, /main/);
    await this.#isTold('create_branch', { name: 'a' }, /needs access to repositories .*\(repo:write\)/);
    await this.scene.consent();
    await this.#works('create_branch', { name: 'a' }, /Created branch a as alice/);
    await this.#survivesExpiry();
    await this.#isWithdrawn();
  }

  async #isTold(tool: string, args: object, words: RegExp): Promise<void> {
    const before = this.#succeeded;
    const text = told(tool, await this.program.call(tool, args));
    if (!words.test(text)) throw new StepFailed(`${tool} was told: ${text}`);
    if (/:\/\/|127\.0\.0\.1/.test(text)) throw new StepFailed(`${tool} was told an address: ${text}`);
    if (this.#succeeded > before) throw new StepFailed(`${tool} ran without consent`);
    this.said.push(`${tool}: told what is missing, then the user consented`);
  }

  async #works(tool: string, args: object, words: RegExp): Promise<void> {
    const text = told(tool, await this.program.call(tool, args));
    if (!words.test(text)) throw new StepFailed(`${tool} responded: ${text}`);
    this.said.push(`${tool} ran`);
  }

  async #survivesExpiry(): Promise<void> {
    const since = Date.now();
    await new Promise((resolve) => setTimeout(resolve, (accessTokenSeconds + 0.5) * 1000));
    await this.#works('list_branches', {}, /main/);
    const { authorizationServer } = this.scene.stage.world;
    const { count, needless, reuses } = refreshesSince(authorizationServer, since, accessTokenSeconds);
    if (count === 0 || needless > 0 || reuses > 0)
      throw new StepFailed(
        `after expiry: ${count} refreshes, ${needless} of them needless, ${reuses} reuses`,
      );
    this.said.push('its token expired and was refreshed once');
  }

  async #isWithdrawn(): Promise<void> {
    await this.scene.agents.admissions.withdraw(this.agentId);
    const before = this.scene.stage.world.repositories.http.requests.length;
    const end = await this.program.call('list_branches');
    if (end.kind === 'told' && end.text.includes('main')) throw new StepFailed('ran after it was withdrawn');
    if (this.scene.stage.world.repositories.http.requests.length > before)
      throw new StepFailed('reached the server after it was withdrawn');
    this.said.push('withdrawn, refused');
  }

  /** The number of tool calls that the server ran. */
  get #succeeded(): number {
    const { requests } = this.scene.stage.world.repositories.http;
    return requests.filter(({ rpcMethod, status }) => rpcMethod === 'tools/call' && status === 200).length;
  }
}

function told(tool: string, end: CallEnd): string {
  if (end.kind === 'told') return end.text;
  throw new StepFailed(`${tool} ended without a word: ${end.why}`);
}

/**
 * Runs one agent from its admission to its withdrawal in a separate world, and prints its line.
 *
 * @param frameworks the directory whose `node_modules` contains them
 */
export async function runLine(kind: AgentKind, frameworks: string): Promise<boolean> {
  const scene = await startAgentScene({ accessTokenSeconds, clock: systemClock });
  // Another agent stays admitted, so that the broker refuses the withdrawn one and the port stays open.
  await scene.admit({ reports: {} }, 'bystander');
  const { agent, key } = await scene.admit({ repositories: {} }, kind.name);
  const title = `${kind.name} ${versionOf(kind.name, frameworks)}`;
  const connection = { server: 'repositories', url: scene.url('repositories'), key: key.expose() };
  let program: AgentProgram | undefined;
  let line: GridLine | undefined;
  try {
    program = await AgentProgram.start(kind, connection, frameworks);
    line = new GridLine(scene, program, agent.id);
    await line.run();
    console.log(`${title}: ${line.said.join('; ')}`);
    return true;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    console.log(`${title}: ${[...(line?.said ?? []), `FAILED: ${why}`].join('; ')}`);
    if (program !== undefined && program.output !== '') console.log(`  it printed: ${program.output}`);
    return false;
  } finally {
    program?.close();
    await scene.stage.close();
  }
}
