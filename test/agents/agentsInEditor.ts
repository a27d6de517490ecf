import { agentPath } from '../../src/broker/agents/agentSettings.js';
import { freePort } from '../relay/agentScene.js';
import { admitAgent } from '../workbench/admittedAgent.js';
import { Scene } from '../workbench/scene.js';
import { agentKinds } from './agentKinds.js';
import { AgentProgram } from './agentProgram.js';
import { toldTo, type Caller } from './callers.js';

/** The agents that call at the same time. */
const atOnce = ['@google/adk', '@openai/agents', '@langchain/mcp-adapters'];
const server = 'repositories';

/** A real editor with a signed-in user, and real agents admitted from its palette. */
export class AgentsInEditor {
  private constructor(
    readonly scene: Scene,
    readonly port: number,
    private readonly programs: readonly AgentProgram[],
    readonly callers: readonly Caller[],
  ) {}

  /** @param accessTokenSeconds lifetime of a token in seconds */
  static async start(accessTokenSeconds: number): Promise<AgentsInEditor> {
    const frameworks = process.env['MCP_OAUTH_BROKER_AGENTS'];
    if (frameworks === undefined) throw new Error('Start it through npm, which gets the agents.');
    const port = await freePort();
    const scene = await Scene.set({
      accessTokenSeconds,
      servers: ({ repositories: { url } }) => ({ [server]: { type: 'http', url } }),
    });
    await scene.editor.configure(await scene.editor.configured(), { 'mcpOAuthBroker.agents.port': port });
    await scene.signIn(server);
    // The dialogue asks about tools only once they are known.
    await scene.prompt('list my branches');
    await scene.chat.waitForAnswer('Done: main');
    const programs: AgentProgram[] = [];
    const callers: Caller[] = [];
    for (const kind of agentKinds.filter(({ name }) => atOnce.includes(name))) {
      const key = await admitAgent(scene.window, kind.name.replace('@', ''), server);
      const url = `http://127.0.0.1:${port}${agentPath(server)}`;
      const program = await AgentProgram.start(kind, { server, url, key }, frameworks);
      programs.push(program);
      callers.push({ name: kind.name, call: async () => toldTo(await program.call('list_branches')) });
    }
    return new AgentsInEditor(scene, port, programs, callers);
  }

  async end(): Promise<void> {
    for (const program of this.programs) program.close();
    // Only this test uses the editor, so it ends with its configuration.
    await this.scene.world.close();
  }
}
